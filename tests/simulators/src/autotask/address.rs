//! The URL map. Paths are read without regard to letter case.

use super::schema::{Entity, Schema};

const SERVICE: &str = "atservicesrest";
const VERSION: &str = "v1.0";

/// Where a request goes.
pub(super) struct Address {
    /// The zone's path segment, for a database that was moved.
    pub zone: Option<String>,
    pub target: Target,
}

/// What a path stands for.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// `/versioninformation`.
    Versions,
    /// `/zoneInformation`.
    Zone,
    /// `/ThresholdInformation`.
    Threshold,
    /// Something of an entity.
    Of(&'static Entity, Part),
}

/// What of an entity a path stands for.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// `/Tickets`.
    Collection,
    /// `/Tickets/{id}`.
    Item(i64),
    /// `/Tickets/query`.
    Query,
    /// `/Tickets/query/count`.
    Count,
    /// `/Tickets/query/next`.
    NextPage,
    /// `/Tickets/entityInformation`.
    Information,
    /// `/Tickets/entityInformation/fields`.
    Fields,
    /// `/Tickets/entityInformation/userDefinedFields`.
    UserDefinedFields,
    /// `/Tickets/{owner}/Notes`.
    Children(i64),
    /// `/Tickets/{owner}/Notes/{id}`.
    Child(i64, i64),
}

impl Address {
    /// Reads a path; none when the service has no such path.
    pub fn read(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (zone, rest) = match segments.as_slice() {
            [service, rest @ ..] if *service == SERVICE => (None, rest),
            [zone, service, rest @ ..] if *service == SERVICE => (Some((*zone).to_owned()), rest),
            _ => return None,
        };
        let target = match rest {
            ["versioninformation"] => Target::Versions,
            [version, rest @ ..] if *version == VERSION => Target::read(rest)?,
            _ => return None,
        };
        Some(Self { zone, target })
    }
}

impl Target {
    fn read(segments: &[&str]) -> Option<Self> {
        let (collection, rest) = match segments {
            ["zoneinformation"] => return Some(Self::Zone),
            ["thresholdinformation"] => return Some(Self::Threshold),
            [collection, rest @ ..] => (collection, rest),
            [] => return None,
        };
        if let [owner, child, rest @ ..] = rest
            && let Some(entity) = Schema::shipped().child(collection, child)
        {
            let owner = owner.parse().ok()?;
            return match rest {
                [] => Some(Self::Of(entity, Part::Children(owner))),
                [id] => Some(Self::Of(entity, Part::Child(owner, id.parse().ok()?))),
                _ => None,
            };
        }
        let entity = Schema::shipped().entity(collection)?;
        let part = match rest {
            // Most child entities are written under their owner only: the collection itself is no resource.
            [] if entity.parent.is_some() && !entity.can.root => return None,
            [] => Part::Collection,
            ["query"] => Part::Query,
            ["query", "count"] => Part::Count,
            ["query", "next"] => Part::NextPage,
            ["entityinformation"] => Part::Information,
            ["entityinformation", "fields"] => Part::Fields,
            ["entityinformation", "userdefinedfields"] => Part::UserDefinedFields,
            [id] => Part::Item(id.parse().ok()?),
            _ => return None,
        };
        Some(Self::Of(entity, part))
    }

    /// The endpoint for which calls in flight are counted together.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Versions => "VersionInformation",
            Self::Zone => "ZoneInformation",
            Self::Threshold => "ThresholdInformation",
            Self::Of(entity, _) => &entity.path,
        }
    }
}
