//! Keys and values. Both sides of a comparison get the same ones.

use bytes::Bytes;

use crate::dice::Dice;

/// Where keys are, unless somebody says otherwise.
pub const NAMESPACE: &str = "bench";
/// Keys below one prefix.
pub const PER_PREFIX: u64 = 100;

/// The n-th key in key order: `service-00012/setting-34` is number 1234.
pub fn key(n: u64) -> String {
    format!("{}setting-{:02}", prefix(n / PER_PREFIX), n % PER_PREFIX)
}

/// The n-th prefix; below it lie [`PER_PREFIX`] keys.
pub fn prefix(n: u64) -> String {
    format!("service-{n:05}/")
}

/// A JSON text of exactly this many bytes, at least three, that hardly compresses.
pub fn value(bytes: usize, dice: &mut Dice) -> Bytes {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = Vec::with_capacity(bytes);
    text.push(b'"');
    while text.len() < bytes - 1 {
        let mut roll = dice.roll();
        for _ in 0..10.min(bytes - 1 - text.len()) {
            text.push(LETTERS[(roll % 64) as usize]);
            roll >>= 6;
        }
    }
    text.push(b'"');
    text.into()
}

/// Values made beforehand, so that making them costs the measured time nothing.
#[derive(Debug, Clone)]
pub struct Values(std::sync::Arc<[Bytes]>);

impl Values {
    /// Of one size; few when they are large.
    pub fn of(bytes: usize) -> Self {
        let count = (4 << 20) / bytes.max(1);
        let mut dice = Dice::new(bytes as u64);
        Self((0..count.clamp(4, 4_096)).map(|_| value(bytes, &mut dice)).collect())
    }

    /// Bytes of each.
    pub fn size(&self) -> u64 {
        self.0.first().map_or(0, Bytes::len) as u64
    }

    /// One of them.
    pub fn pick(&self, dice: &mut Dice) -> Bytes {
        self.0[dice.below(self.0.len() as u64) as usize].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_values_have_their_size() {
        assert_eq!(key(1_234), "service-00012/setting-34");
        assert!(key(99) < key(100) && key(999_998) < key(999_999));
        let mut dice = Dice::new(1);
        for bytes in [3, 200, 16 << 10] {
            let value = value(bytes, &mut dice);
            assert_eq!(value.len(), bytes);
            assert!(serde_json::from_slice::<String>(&value).is_ok(), "{value:?}");
        }
    }
}
