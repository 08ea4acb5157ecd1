//! The scope of a permission: all, or a list of names.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::iter::FilterMap;
use core::str::Split;

use crate::name::{DatabaseName, check_database_name};
use crate::permission::InvalidPermission;
use crate::permission::system_resource::SystemResource;
use crate::secret::shown;

/// All (`*`), or a list of names, from which it converts.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseName;
/// use influxdb3_offline_tokens::permission::{DatabaseNames, Scope};
///
/// let scope: Scope<DatabaseNames> = DatabaseName::parse("db1")?.into();
/// assert_eq!(scope, Scope::Names(DatabaseNames::new(["db1"])?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope<N> {
    /// `*`
    All,
    /// The names, at least one, in the order written.
    Names(N),
}

impl<N> Scope<N> {
    /// Returns whether it is `*`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let Permission::Database(all) = Permission::parse("db:*:read")? else { unreachable!() };
    /// assert!(all.scope().is_all());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// The names; none for `*`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let Permission::Database(all) = Permission::parse("db:*:read")? else { panic!() };
    /// assert!(all.scope().names().is_none());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn names(&self) -> Option<&N> {
        match self {
            Self::All => None,
            Self::Names(names) => Some(names),
        }
    }

    #[inline]
    pub(super) fn map<'a, M>(&'a self, change: impl FnOnce(&'a N) -> M) -> Scope<M> {
        self.names().map_or(Scope::All, |names| Scope::Names(change(names)))
    }
}

impl<N> From<N> for Scope<N> {
    fn from(names: N) -> Self {
        Self::Names(names)
    }
}

impl From<DatabaseName> for Scope<DatabaseNames> {
    fn from(name: DatabaseName) -> Self {
        Self::Names(name.into())
    }
}

impl From<SystemResource> for Scope<SystemResources> {
    fn from(resource: SystemResource) -> Self {
        Self::Names(resource.into())
    }
}

impl<N: AsRef<str>> Scope<N> {
    pub(crate) fn text(&self) -> &str {
        self.names().map_or("*", AsRef::as_ref)
    }
}

/// The names of databases in a permission: at least one, in the order written.
///
/// They are kept as one text, so that a permission takes one allocation or none. A [`DatabaseName`] converts into one, and
/// extends it, without another check. Names that are borrowed, as in a [`PermissionRef`](crate::permission::PermissionRef),
/// iterate by value, and outlive the permission.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseName;
/// use influxdb3_offline_tokens::permission::DatabaseNames;
///
/// let mut names = DatabaseNames::from(DatabaseName::parse("db1")?);
/// names.extend([DatabaseName::parse("db2")?]);
/// assert!(names.iter().eq(["db1", "db2"]) && names.contains("db2"));
/// assert_eq!(names, DatabaseNames::new(["db1", "db2"])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseNames<T = Box<str>>(T);

/// The endpoints of the server in a permission: at least one, in the order written.
///
/// ```
/// use influxdb3_offline_tokens::SystemResource;
/// use influxdb3_offline_tokens::permission::SystemResources;
///
/// let resources = SystemResources::new([SystemResource::Ping])?;
/// assert_eq!(resources.iter().collect::<Vec<_>>(), [SystemResource::Ping]);
/// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemResources<T = Box<str>>(T);

/// Appends items to a list, with a comma before each but the first.
fn append<N: AsRef<str>>(list: &str, items: impl IntoIterator<Item = N>) -> Box<str> {
    let mut text = String::from(list);
    for item in items {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(item.as_ref());
    }
    text.into()
}

fn not_empty(list: Box<str>) -> Result<Box<str>, InvalidPermission> {
    if list.is_empty() { Err(InvalidPermission::NoNames) } else { Ok(list) }
}

impl DatabaseNames {
    /// Checks and copies the names.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::{DatabaseNames, InvalidPermission};
    ///
    /// assert_eq!(DatabaseNames::new(["b", "a"])?.to_string(), "b,a");
    /// assert_eq!(DatabaseNames::new::<&str>([]), Err(InvalidPermission::NoNames));
    /// assert!(DatabaseNames::new(["*"]).is_err());
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// No name, or one that the server's write path refuses.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, InvalidPermission> {
        let check = |(index, name): (usize, N)| match check_database_name(name.as_ref()) {
            Ok(()) => Ok(name),
            Err(error) => Err(InvalidPermission::Name { index, error: error.quoting(name.as_ref()) }),
        };
        let names = names.into_iter().enumerate().map(check).collect::<Result<Vec<_>, _>>()?;
        // Invariant: at least one name, each accepted by check_database_name, joined by commas.
        not_empty(append("", names)).map(Self)
    }
}

impl<T: AsRef<str>> DatabaseNames<T> {
    /// The names, in the order written.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::DatabaseNames;
    ///
    /// let names = DatabaseNames::new(["sensors", "alarms"])?;
    /// assert!(names.iter().eq(["sensors", "alarms"]));
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.into_iter()
    }

    /// Returns whether `name` is among them.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::DatabaseNames;
    ///
    /// let names = DatabaseNames::new(["sensors"])?;
    /// assert!(names.contains("sensors") && !names.contains("Sensors"));
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|listed| listed == name)
    }
}

impl SystemResources {
    /// Copies the resources.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    /// use influxdb3_offline_tokens::permission::SystemResources;
    ///
    /// let resources = SystemResources::new(SystemResource::ALL.iter().copied())?;
    /// assert_eq!(resources.to_string(), "health,metrics,ping,ready");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// No resource.
    pub fn new(resources: impl IntoIterator<Item = SystemResource>) -> Result<Self, InvalidPermission> {
        // Invariant: at least one resource, joined by commas.
        not_empty(append("", resources.into_iter().map(SystemResource::as_str))).map(Self)
    }
}

impl<T: AsRef<str>> SystemResources<T> {
    /// The resources, in the order written.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    /// use influxdb3_offline_tokens::permission::SystemResources;
    ///
    /// let resources = SystemResources::new([SystemResource::Ready, SystemResource::Ping])?;
    /// assert_eq!(resources.iter().last(), Some(SystemResource::Ping));
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = SystemResource> + Clone {
        self.into_iter()
    }

    /// Returns whether `resource` is among them.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    /// use influxdb3_offline_tokens::permission::SystemResources;
    ///
    /// let resources = SystemResources::new([SystemResource::Ping])?;
    /// assert!(resources.contains(SystemResource::Ping) && !resources.contains(SystemResource::Ready));
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    #[must_use]
    pub fn contains(&self, resource: SystemResource) -> bool {
        self.iter().any(|listed| listed == resource)
    }
}

impl From<DatabaseName> for DatabaseNames {
    fn from(name: DatabaseName) -> Self {
        // Invariant: a valid name.
        Self(String::from(name).into())
    }
}

impl From<SystemResource> for SystemResources {
    fn from(resource: SystemResource) -> Self {
        Self(resource.as_str().into())
    }
}

impl Extend<DatabaseName> for DatabaseNames {
    fn extend<I: IntoIterator<Item = DatabaseName>>(&mut self, names: I) {
        self.0 = append(&self.0, names);
    }
}

impl Extend<SystemResource> for SystemResources {
    fn extend<I: IntoIterator<Item = SystemResource>>(&mut self, resources: I) {
        self.0 = append(&self.0, resources.into_iter().map(SystemResource::as_str));
    }
}

impl<'a> IntoIterator for DatabaseNames<&'a str> {
    type Item = &'a str;
    type IntoIter = Split<'a, char>;

    /// Iterates over the names, in the order written, as pieces of the text that was parsed.
    fn into_iter(self) -> Self::IntoIter {
        self.0.split(',')
    }
}

impl<'a, T: AsRef<str>> IntoIterator for &'a DatabaseNames<T> {
    type Item = &'a str;
    type IntoIter = Split<'a, char>;

    fn into_iter(self) -> Self::IntoIter {
        self.map(AsRef::as_ref).into_iter()
    }
}

impl<'a> IntoIterator for SystemResources<&'a str> {
    type Item = SystemResource;
    type IntoIter = FilterMap<Split<'a, char>, fn(&'a str) -> Option<SystemResource>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.split(',').filter_map(SystemResource::from_name)
    }
}

impl<'a, T: AsRef<str>> IntoIterator for &'a SystemResources<T> {
    type Item = SystemResource;
    type IntoIter = FilterMap<Split<'a, char>, fn(&'a str) -> Option<SystemResource>>;

    fn into_iter(self) -> Self::IntoIter {
        self.map(AsRef::as_ref).into_iter()
    }
}

macro_rules! text_of_a_list {
    ($($name:ident),+) => {$(
        impl<T> $name<T> {
            // For the parser, which has checked them.
            pub(super) const fn checked(text: T) -> Self {
                Self(text)
            }

            #[inline]
            pub(super) fn map<'a, U>(&'a self, text: impl FnOnce(&'a T) -> U) -> $name<U> {
                $name(text(&self.0))
            }
        }

        impl<T: AsRef<str>> AsRef<str> for $name<T> {
            fn as_ref(&self) -> &str {
                self.0.as_ref()
            }
        }

        impl<T: AsRef<str>> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0.as_ref())
            }
        }

        impl<T: AsRef<str>> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), shown(self.0.as_ref()))
            }
        }
    )+};
}

text_of_a_list!(DatabaseNames, SystemResources);
