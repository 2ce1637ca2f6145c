//! Prints the answer.

fn main() {
    println!("{}", lib::answer());
}
