//! Line-by-line difference of two strings.

/// Lines of context around a change.
const AROUND: usize = 2;

/// Longer strings are not compared: the table of the algorithm grows with the square of the lines.
const LINES: usize = 2000;

/// Returns a unified diff without headers.
pub(crate) fn diff(old: &str, new: &str) -> String {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    if old.len().max(new.len()) > LINES {
        return format!("  {} lines, {} in the stored file", new.len(), old.len());
    }
    let lines = script(&old, &new);
    let changed: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].0 != ' ').collect();
    let mut out = String::new();
    let mut skipped = false;
    for (index, (sign, line)) in lines.iter().enumerate() {
        let is_shown = changed.iter().any(|change| change.abs_diff(index) <= AROUND);
        if is_shown {
            if skipped {
                out.push_str("  …\n");
            }
            skipped = false;
            out.push_str(&format!("{sign} {line}\n"));
        } else {
            skipped = !out.is_empty();
        }
    }
    out
}

/// Returns the lines of both strings, each with `-`, `+` or a space, by their longest common subsequence.
fn script<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j < new.len() && (i == old.len() || common[i * width + j + 1] > common[(i + 1) * width + j])
        {
            lines.push(('+', new[j]));
            j += 1;
        } else {
            lines.push(('-', old[i]));
            i += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_shown_with_their_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nc\nD\ne\nf\ng\nh\ni\n";
        assert_eq!(diff(old, new), "  b\n  c\n- d\n+ D\n  e\n  f\n  g\n  h\n+ i\n");
    }
}
