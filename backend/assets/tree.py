"""The functional location tree: site, areas, units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import repository
from backend.assets.errors import NodeUnknown, WrongPlace
from backend.assets.models import Asset, LocationNode, NodeKind
from backend.customers import service as customers
from kernel.ids import new_id

TREE_LIMIT = 5_000


def create_location_node(
    session: Session, *, name: str, kind: NodeKind, site_id: UUID | None = None, parent_id: UUID | None = None
) -> LocationNode:
    """Add a functional location below its parent; a site's own node has no parent and one `site_id`.

    Raises:
        NodeUnknown: there is no such parent.
        SiteUnknown: there is no such site.
        WrongPlace: a parent is missing or one too many, or the site has its node already.
    """
    parent = get_location_node(session, parent_id) if parent_id else None
    if (kind is NodeKind.SITE) != (parent is None):
        raise WrongPlace("A site's node stands on top, every other one below a parent.")
    site = customers.get_site(session, parent.site_id if parent else _given(site_id))
    if parent is None and repository.top_node(session, site.id) is not None:
        raise WrongPlace("The site has its node already.", site_id=site.id)
    node_id = new_id()
    path = f"{parent.path if parent else '/'}{node_id}/"
    node = LocationNode(id=node_id, site_id=site.id, parent_id=parent_id, kind=kind, name=name, path=path)
    session.add(node)
    session.flush()
    return node


def _given(site_id: UUID | None) -> UUID:
    if site_id is None:
        raise WrongPlace("A site's node needs its site.")
    return site_id


def get_location_node(session: Session, node_id: UUID) -> LocationNode:
    """Return a functional location.

    Raises:
        NodeUnknown: there is none with this id.
    """
    node = repository.node(session, node_id)
    if node is None:
        raise NodeUnknown("No functional location has this id.", location_id=node_id)
    return node


def location_nodes_of(session: Session, site_id: UUID) -> Sequence[LocationNode]:
    """Return the functional locations of a site, parents first.

    Raises:
        SiteUnknown: there is no such site.
    """
    return repository.nodes(session, customers.get_site(session, site_id).id, limit=TREE_LIMIT)


def names_above(session: Session, asset: Asset) -> list[str]:
    """Return the names of the functional locations of an asset from the site down; the site's name if it has none."""
    if asset.location_id is None:
        return [customers.get_site(session, asset.site_id).name]
    ids = [UUID(key) for key in get_location_node(session, asset.location_id).path.strip("/").split("/")]
    names = repository.node_names(session, ids)
    return [names[key] for key in ids]


def node_of_names(session: Session, site_id: UUID, names: Sequence[str]) -> LocationNode:
    """Return the functional location of a site by the names of those above it and its own, the site's left out.

    Raises:
        WrongPlace: there is none, or more than one.
    """
    wanted = [name.strip() for name in names]
    same = repository.nodes_of_name(session, site_id, wanted[-1])
    paths = paths_of(session, {node.id for node in same})
    fitting = [node for node in same if paths[node.id] == "/".join(wanted)]
    if len(fitting) != 1:
        raise WrongPlace(f"The site has no one location {'/'.join(wanted)}.", location="/".join(wanted))
    return fitting[0]


def paths_of(session: Session, node_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names from below the site's own node down to functional locations, with `/` between them."""
    above = {
        node.id: [UUID(key) for key in node.path.strip("/").split("/")]
        for node in repository.nodes_by_id(session, node_ids)
    }
    names = repository.node_names(session, {key for keys in above.values() for key in keys})
    return {node_id: "/".join(names[key] for key in keys[1:]) for node_id, keys in above.items()}


def assets_above(session: Session, asset_id: UUID) -> list[UUID]:
    """Return the assets that an asset is inside of, the nearest first."""
    return repository.ancestors(session, asset_id)
