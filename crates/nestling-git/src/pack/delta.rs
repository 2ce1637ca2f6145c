//! An object as the difference from another: copies out of that one, and bytes of its own
//! (<https://git-scm.com/docs/pack-format#_deltified_representation>).

/// A number in seven bits a byte, the lowest first.
pub(super) fn number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0_u64, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift > 56 {
            return None;
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// The object; `None` where the difference is not one from this base.
pub(super) fn apply(base: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    if number(&mut delta)? != base.len() as u64 {
        return None;
    }
    let length = usize::try_from(number(&mut delta)?).ok().filter(|length| *length <= super::LARGEST)?;
    let mut object = Vec::with_capacity(length);
    while let Some((command, rest)) = delta.split_first() {
        delta = rest;
        if command & 0x80 != 0 {
            let start = some_bytes(&mut delta, command & 0x0f)?;
            let size = some_bytes(&mut delta, command >> 4 & 0x07)?;
            let size = if size == 0 { 0x1_0000 } else { size };
            object.extend_from_slice(base.get(start..start.checked_add(size)?)?);
        } else {
            let (own, rest) = delta.split_at_checked(usize::from(*command))?;
            // A command of zero is kept for the future.
            object.extend_from_slice(Some(own).filter(|own| !own.is_empty())?);
            delta = rest;
        }
        if object.len() > length {
            return None;
        }
    }
    (object.len() == length).then_some(object)
}

/// A number of which only those bytes are there that a bit stands for; the others are zero.
fn some_bytes(bytes: &mut &[u8], there: u8) -> Option<usize> {
    let mut number = 0;
    for at in (0..4).filter(|at| there & (1 << at) != 0) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(*byte) << (8 * at);
    }
    Some(number)
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
            &[10, 3, 0x91, 8, 3],    // behind the end
            &[10, 1, 0],             // the command that is none
            &[10, 1, 3, b'a'],       // cut off
            &[0xff; 12],             // a number without end
            &[],
        ] {
            assert!(apply(base, delta).is_none(), "{delta:?}");
        }
    }
}
