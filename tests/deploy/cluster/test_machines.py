from pathlib import Path

from deploy.cluster.machines import MACHINES, SERVICES, Loopback, Namespaces


def test_on_one_address_every_service_has_its_own_port() -> None:
    loopback = Loopback(21_000)
    ports = [loopback.get_port(machine, service) for machine in MACHINES for service in SERVICES]
    assert ports == list(range(21_000, 21_000 + len(MACHINES) * len(SERVICES)))
    assert {loopback.get_host(machine) for machine in MACHINES} == {"127.0.0.1"}


def test_in_namespaces_every_machine_has_its_own_address(tmp_path: Path) -> None:
    namespaces = Namespaces(tmp_path)
    assert len({namespaces.get_host(machine) for machine in MACHINES}) == len(MACHINES)
    assert [namespaces.get_port("pg-2", service) for service in SERVICES] == list(SERVICES.values())
    assert namespaces.wrap_command("pg-2", ["true"]) == [
        "nsenter",
        f"--net={namespaces.get_namespace_path('pg-2')}",
        "true",
    ]


def test_names_of_network_devices_are_as_short_as_linux_wants_them(tmp_path: Path) -> None:
    namespaces = Namespaces(tmp_path)
    namespaces.number, namespaces.bridge = 250, "factcheck250"
    assert max(len(namespaces.get_interface_name(machine)) for machine in MACHINES) <= 15


def test_configuration_knows_every_machine_and_every_service() -> None:
    variables = Loopback(21_000).build_variables()
    assert len(variables) == len(MACHINES) * (1 + len(SERVICES))
    assert variables["PG_1"] == "127.0.0.1"
    assert variables["PG_1_ETCD_PEER"] == "21001"
