//! Which object each row of a system catalog is, or is a part of.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{objects::Objects, query::for_version};
use crate::{
    dialect::{
        postgres::{
            base_type, column,
            security_label::Label,
            sequence,
            session::{ServerError, Session},
            text_search_configuration, text_search_dictionary,
        },
        row::Row,
    },
    model::FacetName,
};

/// A map by OIDs, which the server hands out: nobody chooses them so that they collide.
pub type ByNumber<K, V> = HashMap<K, V, BuildHasherDefault<Numbers>>;

/// Hashes a few numbers, many times faster than what withstands an attack.
#[derive(Default)]
pub struct Numbers(u64);

impl Hasher for Numbers {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.write_i64(i64::from(number));
    }

    fn write_i16(&mut self, number: i16) {
        self.write_i64(i64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_i64(i64::from(number));
    }

    fn write_i32(&mut self, number: i32) {
        self.write_i64(i64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        // The odd number is 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, 6.4).
        let mixed = (self.0.rotate_left(5) ^ number.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn finish(&self) -> u64 {
        // The map looks at the first bits as well as at the last.
        self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// A row of a system catalog: the catalog's OID, the row's, and the column's number or 0. There are many,
/// so they are short: the OIDs of system catalogs are below 16384, and numbers of columns below 1601.
type Address = (u16, u32, i16);

/// The address in numbers of a row. Catalogs hold no number that is too large for it.
fn address(class: i64, oid: i64, sub: i64) -> Address {
    let of_row = u32::try_from(oid).unwrap_or_default();
    (u16::try_from(class).unwrap_or_default(), of_row, i16::try_from(sub).unwrap_or_default())
}

/// Which object each catalog row is, or is a part of.
pub struct Addresses {
    classes: HashMap<String, i64>,
    known: ByNumber<Address, u32>,
    aliases: ByNumber<(u16, u32), (Address, Option<FacetName>)>,
    relation_class: i64,
    extension_class: i64,
}

impl Addresses {
    /// Reads which catalogs there are.
    ///
    /// # Errors
    /// What the server said.
    pub async fn new(session: &mut Session) -> Result<Self, ServerError> {
        let catalogs = "select relname as name, oid from pg_class \
                        where oid < 16384 and relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'";
        let rows = session.rows(catalogs).await?;
        let classes: HashMap<String, i64> =
            rows.iter().filter_map(|row| Some((row.text("name")?.to_owned(), row.number("oid")?))).collect();
        let class = |name: &str| classes.get(name).copied().unwrap_or_default();
        let (relation_class, extension_class) = (class("pg_class"), class("pg_extension"));
        let (known, aliases) = (ByNumber::default(), ByNumber::default());
        Ok(Addresses { classes, known, aliases, relation_class, extension_class })
    }

    /// The query of the rows that stand for others.
    pub fn aliases(major: u32) -> String {
        for_version(include_str!("../alias.sql"), major)
    }

    /// Keeps a row of that query.
    pub fn stand_for(&mut self, row: &Row) {
        let [class, oid, to_class, to_oid, to_sub] = numbers(row);
        let facet = row.text("facet").map(FacetName::named);
        let (class, oid, _) = address(class, oid, 0);
        self.aliases.insert((class, oid), (address(to_class, to_oid, to_sub), facet));
    }

    /// The OID of a system catalog.
    pub fn class(&self, name: &str) -> i64 {
        self.classes.get(name).copied().unwrap_or_default()
    }

    /// The place of the object that a relation is.
    pub fn relation(&self, oid: i64) -> Option<usize> {
        self.known.get(&address(self.relation_class, oid, 0)).map(|place| *place as usize)
    }

    /// Keeps which object a row is.
    pub fn know(&mut self, class: i64, oid: i64, sub: i64, place: usize) {
        if let Ok(place) = u32::try_from(place) {
            self.known.insert(address(class, oid, sub), place);
        }
    }

    /// Whether a row belongs to an extension.
    pub fn in_extension(&self, class: i64, oid: i64) -> bool {
        let (class, oid, _) = address(class, oid, 0);
        self.aliases.get(&(class, oid)).is_some_and(|((to, _, _), _)| i64::from(*to) == self.extension_class)
    }

    /// Puts a security label, which a row tells of, on the object that it is of.
    pub fn label(&self, row: &Row, objects: &mut Objects) {
        let [class, oid, sub] = numbers(row);
        let known = |sub| self.known.get(&address(class, oid, sub));
        let place = known(sub).or_else(|| known(0));
        let Some(object) = place.and_then(|place| objects.at_mut(*place as usize)) else { return };
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        let column = row.text("column_name").filter(|_| object.key.kind() != column::KIND);
        let column = column.map(str::to_owned);
        Label { provider: text("provider"), column, label: text("label") }.put_on(object);
    }

    /// Turns what needs something into a requirement.
    pub fn connect(&self, dependency: Dependency, objects: &mut Objects) {
        let Dependency { from, to, automatic } = dependency;
        let Some((from, facet)) = self.resolve(from) else { return };
        let Some((to, _)) = self.resolve(to) else { return };
        let Some(to) = objects.at(to).map(|object| object.key.clone()) else { return };
        let Some(object) = objects.at_mut(from) else { return };
        // A sequence belongs to a column that may need the sequence for its default.
        let owned = automatic && object.key.kind() == sequence::KIND;
        let facet = match (object.key.kind(), to.kind()) {
            _ if owned => Some("owned by"),
            (text_search_configuration::KIND, text_search_dictionary::KIND) => Some("mappings"),
            (from, to) if base_type::is_made_of(from, to) => Some(base_type::INPUT),
            _ => facet,
        };
        if owned {
            object.parent = Some(to.clone());
        }
        object.require(to, facet.map(str::to_owned));
    }

    /// The object that a row is, or is a part of, and the facet that it is then.
    fn resolve(&self, address: Address) -> Option<(usize, Option<&'static str>)> {
        let (mut address, mut facet) = (address, None);
        // Chains are short: a multirange's array, its multirange, its range.
        for _ in 0..6 {
            let (class, oid, _) = address;
            if let Some(place) = self.known.get(&address).or_else(|| self.known.get(&(class, oid, 0))) {
                return Some((*place as usize, facet));
            }
            let (to, part) = self.aliases.get(&(class, oid))?;
            address = *to;
            facet = facet.or(part.map(FacetName::name));
        }
        None
    }
}

/// A row of `pg_depend`: what needs what.
#[derive(Clone, Copy)]
pub struct Dependency {
    from: Address,
    to: Address,
    automatic: bool,
}

impl Dependency {
    /// What a row of the query of them all tells.
    pub fn of(row: &Row) -> Dependency {
        let [class, oid, sub, ref_class, ref_oid, ref_sub] = numbers(row);
        let automatic = row.values.get(6).is_some_and(|value| value == true);
        Dependency { from: address(class, oid, sub), to: address(ref_class, ref_oid, ref_sub), automatic }
    }
}

/// The first columns of a row that holds OIDs.
fn numbers<const N: usize>(row: &Row) -> [i64; N] {
    std::array::from_fn(|at| row.values.get(at).and_then(serde_json::Value::as_i64).unwrap_or_default())
}
