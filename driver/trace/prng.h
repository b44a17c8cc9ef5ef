/*
 * prng.h -- the generator's own random numbers, the same on every machine.
 *
 * xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), its state filled from one seed by splitmix64 (Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 * Only integer arithmetic: the same seed gives the same bytes everywhere.
 */
#ifndef DRIVER_TRACE_PRNG_H
#define DRIVER_TRACE_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state[4];
};

static inline uint64_t prng_splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static inline void prng_seed(struct prng *prng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        prng->state[i] = prng_splitmix(&seed);
    }
}

static inline uint64_t prng_rotate(uint64_t bits, int by)
{
    return bits << by | bits >> (64 - by);
}

static inline uint64_t prng_next(struct prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = prng_rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = prng_rotate(s[3], 45);
    return result;
}

/*
 * Uniform in 0 .. bound - 1; bound is at least 1.  Draws below the threshold
 * 2^64 mod bound are thrown away, so that no remainder is favoured.
 */
static inline uint64_t prng_below(struct prng *prng, uint64_t bound)
{
    uint64_t threshold = -bound % bound;
    uint64_t draw;
    do {
        draw = prng_next(prng);
    } while (draw < threshold);
    return draw % bound;
}

/* Uniform in least .. most. */
static inline uint64_t prng_between(struct prng *prng, uint64_t least,
                                    uint64_t most)
{
    return least + prng_below(prng, most - least + 1);
}

#endif
