"""Second implementation of the key schedule in `random.rs`, for the golden values of its tests.

Needs the PyPI package `blake3`. Prints the first two numbers of the stream that the test opens:
seed 1, purpose world, family common, trial 7, entity "leaf", index 2, channel 1.
"""

import struct

import blake3

MASK = (1 << 64) - 1


def rotl(x, k):
    return ((x << k) | (x >> (64 - k))) & MASK


def xoshiro256pp(seed):
    s = list(struct.unpack("<4Q", seed))
    while True:
        yield (rotl((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)


hasher = blake3.blake3(derive_key_context="synergy 2026 random streams v1")
hasher.update(struct.pack("<3Q", 1, 0, 0) + bytes(32))
key = hasher.digest()
entity = struct.unpack("<Q", blake3.blake3(b"leaf").digest()[:8])[0]
address = struct.pack("<B4Q", 0, 7, entity, 2, 1)
stream = xoshiro256pp(blake3.blake3(address, key=key).digest())
print(next(stream), next(stream))
