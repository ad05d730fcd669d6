"""Random fleets: the same for a seed, calm while detectors calibrate, faults of every size."""

from firmware_sim.draw import FleetPlan, draw_fleet
from firmware_sim.generate import truth
from firmware_sim.scenario import DAY, models_of


def test_a_fleet_is_the_seeds_own() -> None:
    plan = FleetPlan(devices=40)

    assert draw_fleet(plan, 1) == draw_fleet(plan, 1)
    assert draw_fleet(plan, 1) != draw_fleet(plan, 2)


def test_faults_fit_their_devices_and_leave_the_calm_days_alone() -> None:
    plan = FleetPlan(devices=400)
    fleet = draw_fleet(plan, 5)
    models = {device.name: device.model for device in fleet.devices}

    assert 60 < len(fleet.faults) < 140
    assert len(truth(fleet)) == len(fleet.faults)
    for fault in fleet.faults:
        assert models[fault.device] in models_of(fault.mode)
        assert fault.onset >= -(plan.days - plan.calm_days) * DAY
        assert 0.5 <= fault.severity <= 12.0
    assert min(fault.severity for fault in fleet.faults) < 1.0
    assert all(lure.at >= -(plan.days - plan.calm_days) * DAY for lure in fleet.lures)
    assert not {fault.device for fault in fleet.faults} & {name for lure in fleet.lures for name in lure.devices}
