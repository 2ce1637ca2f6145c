//! Prints the price of an order in cents: `pricing 2450x3 399x10`.

use std::process::ExitCode;

/// The sum of an order, with a tenth off for ten or more of one article.
fn price(order: &[(u64, u64)]) -> u64 {
    order.iter().map(|(price, count)| price * count * if *count >= 10 { 9 } else { 10 } / 10).sum()
}

fn line(text: &str) -> Option<(u64, u64)> {
    let (price, count) = text.split_once('x')?;
    Some((price.parse().ok()?, count.parse().ok()?))
}

fn main() -> ExitCode {
    match std::env::args().skip(1).map(|text| line(&text)).collect::<Option<Vec<_>>>() {
        Some(order) => {
            println!("{}", price(&order));
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("usage: pricing PRICExCOUNT…");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_a_kind_are_cheaper() {
        assert_eq!(price(&[(100, 9)]), 900);
        assert_eq!(price(&[(100, 10)]), 900);
        assert_eq!(price(&[(2450, 1), (399, 2)]), 3248);
    }

    #[test]
    fn a_line_is_a_price_and_a_count() {
        assert_eq!(line("399x2"), Some((399, 2)));
        assert_eq!(line("399"), None);
    }
}
