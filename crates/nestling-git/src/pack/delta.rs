//! An object as the difference from another: copies out of that one, and bytes of its own
//! (<https://git-scm.com/docs/pack-format#_deltified_representation>).

use super::Defect;
use crate::object::LARGEST;

/// Reads a number in seven bits a byte, the lowest first.
pub(super) fn number(bytes: &mut &[u8]) -> Result<u64, Defect> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Defect::Damaged)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Defect::Damaged)
}

/// Makes the object that differs so from this base.
pub(super) fn apply(base: &[u8], mut delta: &[u8]) -> Result<Vec<u8>, Defect> {
    if number(&mut delta)? != base.len() as u64 {
        return Err(Defect::Damaged);
    }
    let length = usize::try_from(number(&mut delta)?).ok().filter(|length| *length <= LARGEST);
    let length = length.ok_or(Defect::TooLarge)?;
    let mut object = Vec::with_capacity(length);
    while let Some((command, rest)) = delta.split_first() {
        delta = rest;
        let piece = if command & 0x80 != 0 {
            let start = partial_number(&mut delta, command & 0x0f)?;
            let size = partial_number(&mut delta, command >> 4 & 0x07)?;
            let size = if size == 0 { 0x1_0000 } else { size };
            base.get(start..start + size)
        } else {
            let (own, rest) = delta.split_at_checked(usize::from(*command)).ok_or(Defect::Damaged)?;
            delta = rest;
            // A command of zero is reserved.
            Some(own).filter(|own| !own.is_empty())
        };
        let piece = piece.ok_or(Defect::Damaged)?;
        if piece.len() > length - object.len() {
            return Err(Defect::Damaged);
        }
        object.extend_from_slice(piece);
    }
    if object.len() == length { Ok(object) } else { Err(Defect::Damaged) }
}

/// Reads a number of at most four bytes, the lowest first, of which only those are written that have a bit in `written`.
fn partial_number(bytes: &mut &[u8], written: u8) -> Result<usize, Defect> {
    let mut number = 0;
    for position in (0..4).filter(|position| written & (1 << position) != 0) {
        let (byte, rest) = bytes.split_first().ok_or(Defect::Damaged)?;
        *bytes = rest;
        number |= usize::from(*byte) << (8 * position);
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_own_bytes_are_put_together() {
        let base = b"0123456789";
        // From 10 to 7 bytes: three from place 2, "ab", two from place 8.
        let delta = [10, 7, 0x91, 2, 3, 2, b'a', b'b', 0x91, 8, 2];
        assert_eq!(apply(base, &delta).unwrap(), b"234ab89");
    }

    #[test]
    fn what_is_no_difference_from_the_base_is_refused() {
        let base = b"0123456789";
        for delta in [
            &[9, 1, 1, b'a'][..],    // of another base
            &[10, 2, 1, b'a'],       // too short
            &[10, 1, 2, b'a', b'b'], // too long
            &[10, 3, 0x91, 8, 3],    // after the end
            &[10, 1, 0],             // the command that is none
            &[10, 1, 3, b'a'],       // cut off
            &[0xff; 12],             // a number without end
            &[],
        ] {
            assert!(apply(base, delta).is_err(), "{delta:?}");
        }
    }
}
