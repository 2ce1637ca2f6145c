//! Names that are listed together and cut in their middle: two that would look the same show the part in which they differ.

use super::fit::{end_of, middle_cut, start_of, width};
use std::collections::{BTreeMap, BTreeSet};

/// A shorter name has no room for both ends and a part between them.
const ROOM: usize = 9;

/// Cuts each name to its room.
pub(crate) fn middle_cuts(names: &[&str], rooms: &[usize]) -> Vec<String> {
    let mut cuts = Vec::new();
    for (name, room) in names.iter().zip(rooms) {
        cuts.push(middle_cut(name, *room));
    }
    let all: Vec<usize> = (0..cuts.len()).collect();
    // The new cut of a name may be that of a name from another group: a second pass shows where these two differ.
    for _ in 0..2 {
        for group in alike(names, &cuts, &all) {
            tell_apart(names, rooms, &group, None, &mut cuts);
        }
    }
    cuts
}

/// Shows in names that are cut alike the part behind the start that they share. `outer` is an earlier part that
/// distinguishes the group from others.
fn tell_apart(names: &[&str], rooms: &[usize], group: &[usize], outer: Option<&str>, cuts: &mut [String]) {
    let shared = shared_start(names, group);
    for index in group {
        cuts[*index] = cut_around(names[*index], shared, rooms[*index], outer);
    }
    for rest in alike(names, cuts, group) {
        // Without room for a part, no cut distinguishes them.
        if rest.len() < group.len() {
            let part: String = names[rest[0]].chars().skip(shared).take(3).collect();
            tell_apart(names, rooms, &rest, Some(&part), cuts);
        }
    }
}

/// Returns the indices of different names with the same cut.
fn alike(names: &[&str], cuts: &[String], among: &[usize]) -> Vec<Vec<usize>> {
    let mut by_cut: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for index in among {
        by_cut.entry(&cuts[*index]).or_default().push(*index);
    }
    let is_of_several =
        |group: &Vec<usize>| group.iter().map(|index| names[*index]).collect::<BTreeSet<_>>().len() > 1;
    by_cut.into_values().filter(is_of_several).collect()
}

/// Returns the number of characters that all names of a group begin with.
fn shared_start(names: &[&str], group: &[usize]) -> usize {
    let first = group.first().map_or("", |index| names[*index]);
    let shared = |index: &usize| {
        let pairs = first.chars().zip(names[*index].chars());
        pairs.take_while(|(a, b)| a == b).count()
    };
    group.iter().map(shared).min().unwrap_or(0)
}

/// Cuts a name so that its start, its end and the part around a character remain: `integ…america…gres`.
fn cut_around(name: &str, position: usize, room: usize, outer: Option<&str>) -> String {
    if width(name) <= room || room < ROOM {
        return middle_cut(name, room);
    }
    let outer = outer.filter(|_| room > 2 * ROOM);
    let end = room / 4;
    let first = start_of(name, if outer.is_some() { end.saturating_sub(2) } else { end });
    let rest: String = name.chars().skip(position.max(first.chars().count())).collect();
    let start = outer.map_or_else(|| first.clone(), |outer| format!("{first}…{outer}"));
    let between = room - width(&start) - end - 2;
    let part = start_of(&rest, between);
    let behind = &rest[part.len()..];
    if width(behind) <= end + 1 {
        return format!("{start}…{}", end_of(name, room - width(&start) - 1));
    }
    format!("{start}…{part}…{}", end_of(behind, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_their_middle_show_where() {
        let shown = |names: &[&str], room: usize| middle_cuts(names, &vec![room; names.len()]);
        let tests =
            ["integration-test-database-europe-postgres", "integration-test-database-america-postgres"];
        assert_eq!(shown(&tests, 20), ["integ…europe-p…tgres", "integ…america-…tgres"]);
        // What both ends tell apart stays as it is, and so does a name that is listed twice.
        assert_eq!(shown(&[tests[0], tests[0], "short"], 13), ["integr…stgres", "integr…stgres", "short"]);
        // Of three that are alike, two differ in another part.
        let three = [
            "service-alpha-one-of-many-loaders",
            "service-alpha-two-of-many-loaders",
            "service-beta-one-of-many-loaders",
        ];
        assert_eq!(shown(&three, 16), ["serv…one-of…ders", "serv…two-of…ders", "serv…beta-o…ders"]);
        assert_eq!(
            shown(&["配達サービス東京の長い名前です", "配達サービス大阪の長い名前です"], 14),
            ["配…東京の…す", "配…大阪の…す"]
        );
        // Of four that differ in two parts, both are shown.
        let four = ["read-america", "read-europe", "write-america", "write-europe"]
            .map(|part| format!("orders-of-{part}-with-their-warehouse"));
        let cuts = shown(&four.each_ref().map(String::as_str), 22);
        assert_eq!(cuts.iter().collect::<BTreeSet<_>>().len(), 4, "{cuts:?}");
        for room in 0..45 {
            for cut in shown(&tests, room) {
                assert!(width(&cut) <= room || room < 3, "{room}: {cut}");
            }
        }
    }
}
