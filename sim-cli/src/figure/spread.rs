//! Moving labels apart.

/// Centers for labels of the given `(wanted center, size)` that do not overlap and stay within `low..=high`, each as
/// near to its wanted center as the others allow; `None` if there is no room for all.
pub(super) fn spread(wanted: &[(f64, f64)], low: f64, high: f64) -> Option<Vec<f64>> {
    let room = high - low;
    if wanted.iter().map(|(_, size)| size).sum::<f64>() > room {
        return None;
    }
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].0.total_cmp(&wanted[b].0));

    // Labels that touch form a block, which stands where its members want it on average.
    struct Block {
        members: Vec<usize>,
        size: f64,
        start: f64,
    }
    let place = |members: &[usize]| {
        let (mut size, mut starts) = (0.0, 0.0);
        for &k in members {
            starts += wanted[k].0 - 0.5 * wanted[k].1 - size;
            size += wanted[k].1;
        }
        (size, (starts / members.len() as f64).min(high - size).max(low))
    };
    let mut blocks: Vec<Block> = Vec::new();
    for k in order {
        let mut members = vec![k];
        let (mut size, mut start) = place(&members);
        while let Some(before) = blocks.pop_if(|block| block.start + block.size > start) {
            members.splice(0..0, before.members);
            (size, start) = place(&members);
        }
        blocks.push(Block { members, size, start });
    }
    let mut centers = vec![0.0; wanted.len()];
    for block in blocks {
        let mut start = block.start;
        for k in block.members {
            centers[k] = start + 0.5 * wanted[k].1;
            start += wanted[k].1;
        }
    }
    Some(centers)
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn labels_with_room_stay_where_they_are() {
        assert_eq!(spread(&[(50.0, 10.0), (20.0, 10.0)], 0.0, 100.0), Some(vec![50.0, 20.0]));
    }

    #[test]
    fn crowded_labels_move_apart_evenly() {
        assert_eq!(spread(&[(50.0, 10.0), (50.0, 10.0)], 0.0, 100.0), Some(vec![45.0, 55.0]));
        assert_eq!(
            spread(&[(98.0, 10.0), (99.0, 10.0), (1.0, 10.0)], 0.0, 100.0),
            Some(vec![85.0, 95.0, 5.0])
        );
    }

    #[test]
    fn labels_never_overlap() {
        for seed in 0..200_u32 {
            let wanted: Vec<(f64, f64)> = (0..8_u32)
                .map(|k| (f64::from((seed * 7919 + k * k * 104_729) % 101), 5.0 + f64::from(k)))
                .collect();
            let centers = spread(&wanted, 0.0, 100.0).unwrap();
            let mut spans: Vec<(f64, f64)> =
                centers.iter().zip(&wanted).map(|(c, (_, size))| (c - 0.5 * size, c + 0.5 * size)).collect();
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(spans[0].0 >= -1e-9 && spans[7].1 <= 100.0 + 1e-9);
            assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-9), "{spans:?}");
        }
    }

    #[test]
    fn too_many_labels_have_no_room() {
        assert_eq!(spread(&[(1.0, 60.0), (2.0, 60.0)], 0.0, 100.0), None);
        assert_eq!(spread(&[], 0.0, 1.0), Some(vec![]));
    }
}
