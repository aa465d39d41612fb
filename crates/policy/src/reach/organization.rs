//! Organizations that a caller's account may be in.

/// An organization and the path to the unit that the account is in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Membership {
    /// `o-…`
    pub(super) id: String,
    /// `o-…/r-…/ou-…/`
    pub(super) path: String,
}

impl Membership {
    /// Gives the membership at the root of `id`.
    pub(super) fn of(id: &str) -> Self {
        Self { id: id.to_owned(), path: format!("{id}/r-ab12/ou-ab12-11111111/") }
    }

    /// Gives the membership at `path`.
    pub(super) fn at(path: &str) -> Option<Self> {
        let (id, _) = path.split_once('/')?;
        Some(Self { id: id.to_owned(), path: path.to_owned() })
    }

    /// Gives a membership that fits `pattern`, over an organization's id or over a path; `None` where an id stands
    /// in it that only AWS hands out.
    pub(super) fn fitting(&self, pattern: &str) -> Option<Self> {
        let open = pattern.split('/').next().is_some_and(|id| id.contains(['*', '?']));
        if !open || fixes_an_id(pattern) {
            return None;
        }
        let fill = |field: &str, any: &str| match field {
            "*" => any.to_owned(),
            field => field.replace('*', "zz00zz00").replace('?', "z"),
        };
        let Some((id, units)) = pattern.split_once('/') else {
            return pattern.starts_with("o-").then(|| Self::of(&fill(pattern, &self.id)));
        };
        let mut path = fill(id, &self.id);
        for (at, field) in units.split('/').enumerate().filter(|(_, field)| !field.is_empty()) {
            path.push('/');
            path.push_str(&fill(field, if at == 0 { "r-ab12" } else { "ou-ab12-22222222" }));
        }
        path.push('/');
        Self::at(&path)
    }
}

/// The keys that hold paths within an organization.
pub(super) const ORGANIZATION_PATHS: [&str; 2] = ["aws:principalorgpaths", "aws:vpceorgpaths"];

/// Tells whether `key` tells organizations apart.
pub(super) fn tells_organizations_apart(key: &str) -> bool {
    matches!(key, "aws:principalorgid" | "aws:vpceorgid") || ORGANIZATION_PATHS.contains(&key)
}

/// Tells whether a path pattern leaves the organization open and yet names a root or unit by its whole id.
pub(super) fn fixes_an_id(pattern: &str) -> bool {
    let mut fields = pattern.split('/');
    let open = fields.next().is_some_and(|id| id.contains(['*', '?']));
    open && fields.any(|field| !field.is_empty() && !field.contains(['*', '?']))
}
