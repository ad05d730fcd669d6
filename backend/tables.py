"""Every module with tables, so that the metadata is whole."""

import backend.assets.models
import backend.checklists.models
import backend.contracts.models
import backend.conversations.models
import backend.costs.models
import backend.customers.models
import backend.files.models
import backend.identity.models
import backend.intake.models
import backend.mail.models
import backend.maintenance.models
import backend.notifications.models
import backend.outlets.models
import backend.planning.models
import backend.playbooks.models
import backend.positions.models
import backend.prices.models
import backend.quotes.models
import backend.reports.models
import backend.sla.models
import backend.surveys.models
import backend.technicians.models
import backend.tickets.models
import backend.timesheets.models
import backend.work.catalogue_models
import backend.work.listing.models
import backend.work.models
import inventory.models
import iot_gateway.models.access
import iot_gateway.models.detection
import iot_gateway.models.devices
import iot_gateway.models.feedback
import iot_gateway.models.firmware
import iot_gateway.models.fleet
import iot_gateway.models.forecasts
import iot_gateway.models.rollups
import iot_gateway.models.sparkplug
import iot_gateway.models.telemetry
import iot_gateway.models.thresholds
import iot_gateway.models.twin
import kernel.audit
import kernel.idempotency
import kernel.jobs
import kernel.numbers
import kernel.outbox
from kernel.db import Base

METADATA = Base.metadata
