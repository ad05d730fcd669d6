"""Deployment settings, from the environment."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(BaseSettings):
    """What differs between two deployments, and nothing else."""

    model_config = SettingsConfigDict(env_prefix="FIELDHAND_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="login of the HTTP processes and tenant tasks")
    ingest_database_url: SecretStr = Field(description="login of gateway and scorer")
    system_database_url: SecretStr = Field(description="login of relay, sweepers, migrations")
    admin_database_url: SecretStr | None = Field(default=None, description="superuser, for the first set-up only")
    redis_url: SecretStr
    secret_key: SecretStr = Field(min_length=32, description="signs access tokens")

    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = Field(default=1883, description="listener of the devices")
    mqtt_tls_port: int = Field(default=8883, description="listener of devices with a secret, encrypted")
    mqtt_certificate_port: int = Field(default=8884, description="listener of devices with a certificate")
    mqtt_public_host: str | None = Field(default=None, description="what devices connect to; none: as in public_url")
    mqtt_gateway_port: int = Field(default=1884, description="listener of the gateways")
    mqtt_gateway_user: str = "gateway-1"
    mqtt_gateway_ordinal: int | None = Field(default=None, ge=0, description="number of this replica: gateway-<number>")
    mqtt_gateway_password: SecretStr = SecretStr("")
    mqtt_password_file: Path | None = Field(default=None, description="written from the device rows")
    mqtt_acl_file: Path | None = Field(default=None, description="written from the device rows")
    mqtt_gateway_password_file: Path | None = Field(default=None, description="accounts of the gateways")
    mqtt_gateway_acl_file: Path | None = Field(default=None, description="what the gateways may do")
    mqtt_crl_file: Path | None = Field(default=None, description="revoked certificates, written from their rows")
    mqtt_reload_pid_file: Path | None = Field(default=None, description="broker to tell of new files")
    mqtt_tls_ca: Path | None = None
    ca_dir: Path | None = Field(default=None, description="certificate authority for devices; none: secrets only")
    sparkplug: bool = Field(default=False, description="take Sparkplug B, too; on one gateway of an installation")

    telemetry_raw_days: int = Field(default=31, ge=31, description="how long every sample is kept, for all tenants")

    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    mobile_port: int = 8001
    mount_mobile: str | None = Field(default=None, description="module:factory of the mobile app to mount")
    web_dist: Path = Path("web/dist")

    fcm_credentials_file: Path | None = Field(default=None, description="Google service account; none: push is off")
    fcm_endpoint: str | None = Field(default=None, description="another FCM HTTP v1 server than Google's")

    file_store_url: str | None = Field(default=None, description="fsspec URL of the files; none: below var_dir")
    file_max_bytes: int = Field(default=100 * 1024 * 1024, gt=0, description="the largest file that is taken")

    smtp_host: str | None = Field(default=None, description="mail server; none: mails are kept and not sent")
    smtp_port: int = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    smtp_user: str | None = None
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field(default="service@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
    smtp_from_name: str = "Fieldhand"

    report_font_file: Path | None = Field(default=None, description="TrueType font with Chinese, put into reports")

    log_level: str = "INFO"
    log_json: bool = True
    var_dir: Path = Path("var")
    database_pool_size: int = Field(default=10, gt=0)

    @property
    def gateway_user(self) -> str:
        """Return user and client id of this gateway, fixed for good: its session at the broker hangs on it."""
        if self.mqtt_gateway_ordinal is None:
            return self.mqtt_gateway_user
        return f"gateway-{self.mqtt_gateway_ordinal}"


@cache
def get_settings() -> Settings:
    """Read the environment once per process."""
    return Settings()
