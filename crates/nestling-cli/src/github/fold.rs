//! Expressions without the parts that are known.

use super::expression::Expr;

/// Returns an expression whose parts are folded already without the parts that are known.
pub(super) fn fold(expression: Expr) -> Expr {
    match expression {
        Expr::Not(inner) => match (truth(&inner), *inner) {
            (Some(known), _) => Expr::Bool(!known),
            (None, Expr::Not(inner)) => *inner,
            (None, Expr::Unknown(text)) => Expr::Unknown(format!("!({text})")),
            (None, inner) => inner.not(),
        },
        Expr::All(parts) => joined(parts, true),
        Expr::Any(parts) => joined(parts, false),
        Expr::Compare { left, operator, right } => compared(*left, operator, *right),
        Expr::Call(name, arguments) => called(name, arguments),
        Expr::Joined(parts) => in_a_row(parts),
        other => other,
    }
}

/// Returns the truth of a value that is known.
pub(super) fn truth(value: &Expr) -> Option<bool> {
    match value {
        Expr::Bool(known) => Some(*known),
        Expr::Text(text) => Some(!text.is_empty() && text != "0"),
        _ => None,
    }
}

/// `&&` is its first false value, and `||` its first true one; the last one if there is none.
fn joined(parts: Vec<Expr>, is_all: bool) -> Expr {
    let mut left: Vec<Expr> = Vec::new();
    let last = parts.len().saturating_sub(1);
    for (position, part) in parts.into_iter().enumerate() {
        match truth(&part) {
            Some(known) if known != is_all => {
                left.push(part);
                break;
            }
            // It decides nothing, but it is the value if it is the last one.
            Some(_) if position < last => {}
            // A condition does not become longer by what holds anyway.
            Some(true) if is_all && !left.is_empty() && part == Expr::Bool(true) => {}
            _ => left.push(part),
        }
    }
    match left.len() {
        0 => Expr::Bool(is_all),
        1 => left.remove(0),
        _ if is_all && left.last() == Some(&Expr::Bool(false)) => Expr::Bool(false),
        _ if !is_all && left.last() == Some(&Expr::Bool(true)) => Expr::Bool(true),
        _ if is_all => Expr::All(left),
        _ => Expr::Any(left),
    }
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Text(text) => Some(text.clone()),
        Expr::Bool(known) => Some(known.to_string()),
        _ => None,
    }
}

fn compared(left: Expr, operator: &'static str, right: Expr) -> Expr {
    if let (Some(one), Some(other)) = (text(&left), text(&right)) {
        let is_equal = one.eq_ignore_ascii_case(&other);
        match operator {
            "==" => return Expr::Bool(is_equal),
            "!=" => return Expr::Bool(!is_equal),
            _ => {}
        }
    }
    for side in [&left, &right] {
        if let Expr::Unknown(text) = side {
            return Expr::Unknown(text.clone());
        }
    }
    let (left, right) =
        if text(&left).is_some() && matches!(operator, "==" | "!=") { (right, left) } else { (left, right) };
    left.compare(operator, right)
}

fn called(name: String, arguments: Vec<Expr>) -> Expr {
    let lower = name.to_ascii_lowercase();
    if lower == "format"
        && let Some((Expr::Text(pattern), values)) = arguments.split_first()
    {
        return formatted(pattern, values);
    }
    if let Some(Expr::Unknown(text)) = arguments.iter().find(|part| matches!(part, Expr::Unknown(_))) {
        return Expr::Unknown(text.clone());
    }
    if let [whole, part] = arguments.as_slice()
        && let (Some(whole), Some(part)) = (text(whole), text(part))
    {
        let (whole, part) = (whole.to_ascii_lowercase(), part.to_ascii_lowercase());
        match lower.as_str() {
            "contains" => return Expr::Bool(whole.contains(&part)),
            "startswith" => return Expr::Bool(whole.starts_with(&part)),
            "endswith" => return Expr::Bool(whole.ends_with(&part)),
            _ => {}
        }
    }
    // `contains(fromJSON('["a", "b"]'), x)` asks for one of several values.
    if let ("contains", [Expr::Call(inner, list), sought]) = (lower.as_str(), arguments.as_slice())
        && inner.eq_ignore_ascii_case("fromJSON")
        && let [Expr::Text(json)] = list.as_slice()
        && let Ok(values) = serde_json::from_str::<Vec<String>>(json)
    {
        let each = values.into_iter().map(|value| compared(sought.clone(), "==", Expr::Text(value)));
        return joined(each.collect(), false);
    }
    match (lower.as_str(), arguments.as_slice()) {
        ("fromjson", [Expr::Text(json)]) if json == "true" || json == "false" => Expr::Bool(json == "true"),
        ("fromjson" | "tojson", [Expr::Variable(variable)]) => Expr::Variable(variable.clone()),
        // A list is compared as a whole, above.
        ("fromjson", [Expr::Text(_)]) => Expr::Call(name, arguments),
        ("contains" | "startswith" | "endswith" | "listed", _) => Expr::Call(name, arguments),
        ("always" | "failure" | "success" | "cancelled", []) => Expr::Call(lower, arguments),
        _ => Expr::Unknown(format!("{name}(…)")),
    }
}

/// Returns `format('{0}-x', a)` as strings and values in a row.
fn formatted(pattern: &str, values: &[Expr]) -> Expr {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        let Some(end) = rest[start..].find('}').map(|length| start + length) else { break };
        let Some(value) = rest[start + 1..end].parse::<usize>().ok().and_then(|number| values.get(number))
        else {
            return Expr::Unknown(format!("format('{pattern}', …)"));
        };
        parts.push(Expr::Text(rest[..start].to_owned()));
        parts.push(value.clone());
        rest = &rest[end + 1..];
    }
    parts.push(Expr::Text(rest.to_owned()));
    in_a_row(parts)
}

/// Joins strings that are beside each other.
fn in_a_row(parts: Vec<Expr>) -> Expr {
    let mut joined: Vec<Expr> = Vec::new();
    let flat = parts.into_iter().flat_map(|part| match part {
        Expr::Joined(inner) => inner,
        part => vec![part],
    });
    for part in flat {
        match (text(&part), joined.last_mut()) {
            (Some(more), Some(Expr::Text(known))) => known.push_str(&more),
            (Some(more), _) if !more.is_empty() => joined.push(Expr::Text(more)),
            (Some(_), _) => {}
            (None, _) => joined.push(part),
        }
    }
    match joined.len() {
        0 => Expr::Text(String::new()),
        1 => joined.remove(0),
        _ => Expr::Joined(joined),
    }
}
