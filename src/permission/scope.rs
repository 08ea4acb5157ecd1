//! The scope of a permission: `*` or a list of names.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::iter::FilterMap;
use core::str::Split;

use crate::name::{DatabaseName, check_database_name};
use crate::permission::InvalidPermission;
use crate::permission::system_resource::SystemResource;
use crate::secret::debug_as_text;

/// The scope of a permission: `*` or a list of names. A list converts into a scope.
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

    /// Returns the names; `None` for `*`.
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

    pub(super) fn map<'a, M>(&'a self, change: impl FnOnce(&'a N) -> M) -> Scope<M> {
        self.names().map_or(Scope::All, |names| Scope::Names(change(names)))
    }
}

impl<N> From<N> for Scope<N> {
    fn from(names: N) -> Self {
        Self::Names(names)
    }
}

impl<N: AsRef<str>> Scope<N> {
    pub(crate) fn text(&self) -> &str {
        self.names().map_or("*", AsRef::as_ref)
    }
}

/// The names of databases in a permission: at least one, in the order written.
///
/// They are stored as one string, so that a permission takes at most one allocation. A [`DatabaseName`] converts into a list
/// and extends it without another check. Borrowed names, as in a [`PermissionRef`](crate::permission::PermissionRef), iterate
/// by value and outlive the permission.
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

/// Appends an item to a list, with a comma before each but the first.
fn push(list: &mut String, item: &str) {
    if !list.is_empty() {
        list.push(',');
    }
    list.push_str(item);
}

fn require_name(list: String) -> Result<Box<str>, InvalidPermission> {
    if list.is_empty() { Err(InvalidPermission::NoNames) } else { Ok(list.into()) }
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
    /// Returns an error if there is no name, or the server's write path rejects one.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, InvalidPermission> {
        let mut list = String::new();
        for (index, name) in names.into_iter().enumerate() {
            let name = name.as_ref();
            check_database_name(name)
                .map_err(|error| InvalidPermission::Name { index, error: error.quoting(name) })?;
            push(&mut list, name);
        }
        // Invariant: at least one name, each accepted by check_database_name, joined by commas.
        require_name(list).map(Self)
    }
}

impl<T: AsRef<str>> DatabaseNames<T> {
    /// Iterates over the names, in the order written.
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

    /// Returns whether `name` is in the list.
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
    /// Creates the list.
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
    /// Returns an error if there is no resource.
    pub fn new(resources: impl IntoIterator<Item = SystemResource>) -> Result<Self, InvalidPermission> {
        let mut list = String::new();
        resources.into_iter().for_each(|resource| push(&mut list, resource.as_str()));
        // Invariant: at least one resource, joined by commas.
        require_name(list).map(Self)
    }
}

impl<T: AsRef<str>> SystemResources<T> {
    /// Iterates over the resources, in the order written.
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

    /// Returns whether `resource` is in the list.
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

impl<'a> IntoIterator for DatabaseNames<&'a str> {
    type Item = &'a str;
    type IntoIter = Split<'a, char>;

    /// Iterates over the names, in the order written, as slices of the parsed text.
    fn into_iter(self) -> Self::IntoIter {
        self.0.split(',')
    }
}

impl<'a> IntoIterator for SystemResources<&'a str> {
    type Item = SystemResource;
    type IntoIter = FilterMap<Split<'a, char>, fn(&'a str) -> Option<SystemResource>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.split(',').filter_map(SystemResource::from_name)
    }
}

macro_rules! lists {
    ($($name:ident of $item:ident),+) => {$(
        impl<T> $name<T> {
            // For the parser, which has checked the items.
            pub(super) const fn checked(text: T) -> Self {
                Self(text)
            }

            pub(super) fn map<'a, U>(&'a self, text: impl FnOnce(&'a T) -> U) -> $name<U> {
                $name(text(&self.0))
            }
        }

        impl From<$item> for $name {
            fn from(item: $item) -> Self {
                Self(item.as_str().into())
            }
        }

        impl From<$item> for Scope<$name> {
            fn from(item: $item) -> Self {
                Self::Names(item.into())
            }
        }

        impl Extend<$item> for $name {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, items: I) {
                let mut list = String::from(&*self.0);
                items.into_iter().for_each(|item| push(&mut list, item.as_str()));
                self.0 = list.into();
            }
        }

        impl<'a, T: AsRef<str>> IntoIterator for &'a $name<T> {
            type Item = <$name<&'a str> as IntoIterator>::Item;
            type IntoIter = <$name<&'a str> as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.map(AsRef::as_ref).into_iter()
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
    )+};
}

lists!(DatabaseNames of DatabaseName, SystemResources of SystemResource);
debug_as_text!(DatabaseNames<T>, SystemResources<T>);
