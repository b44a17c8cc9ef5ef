/*
 * scan.h -- where the numbers of a line are, and what they say.
 *
 * The bytes at the start of a line are looked at together, which gives a mask
 * of those that are not digits:
 *
 *     text  a   1 7   4 0 9 6 \n f   1 7 \n
 *     mask  1 1 0 0 1 0 0 0 0 1  1 1 0 0 1     (bit 0 first)
 *
 * With SSE2 two comparisons of sixteen bytes do it.  Elsewhere words of eight
 * bytes: '0' taken off by exclusive or, a digit is at most 9, and adding 118
 * lifts everything else, and nothing less, to the high bit of its byte; one
 * multiplication gathers those bits.
 *
 * A number of up to eight digits is moved to the top of a word, where
 * neighbours are joined to values below 100, then 10^4, then 10^8.  So no
 * branch depends on how long a number is, and the next line can begin before
 * the value of this one is known.
 */
#ifndef DRIVER_TRACE_SCAN_H
#define DRIVER_TRACE_SCAN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes that are looked at from the start of a line. */
#define SCAN_BYTES 32

/* Bytes behind the text that must be readable. */
#define SCAN_PADDING 64

#define SCAN_SHORT 8  /* digits that are read at once */
#define SCAN_LONG  19 /* digits that cannot pass 2^64 */

/* In each byte of a word. */
#define SCAN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t scan_load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return le64toh(word);
}

/* Bit i is set where byte i of eight is not a digit. */
static inline uint32_t scan_word_marks(const char *text)
{
    uint64_t values = scan_load(text) ^ SCAN_EACH('0');
    uint64_t low = values & SCAN_EACH(0x7f);
    uint64_t high_bits =
        ((low + SCAN_EACH(0x80 - 10)) | values) & SCAN_EACH(0x80);
    return (uint32_t)(high_bits * UINT64_C(0x0002040810204081) >> 56);
}

/* Bit i is set where byte i of SCAN_BYTES is not a digit; anywhere. */
static inline uint32_t scan_marks_portable(const char *text)
{
    return scan_word_marks(text) | scan_word_marks(text + 8) << 8 |
           scan_word_marks(text + 16) << 16 | scan_word_marks(text + 24) << 24;
}

#ifdef __SSE2__
/* Bit i is set where byte i of sixteen is a digit. */
static inline uint32_t scan_vector_digits(const char *text)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i capped = _mm_min_epu8(values, _mm_set1_epi8(9));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(values, capped));
}

static inline uint32_t scan_marks(const char *text)
{
    return ~(scan_vector_digits(text) | scan_vector_digits(text + 16) << 16);
}
#else
static inline uint32_t scan_marks(const char *text)
{
    return scan_marks_portable(text);
}
#endif

/* The value of 1 .. SCAN_SHORT digits. */
static inline uint64_t scan_short(const char *text, unsigned n)
{
    uint64_t digits = (scan_load(text) ^ SCAN_EACH('0')) << ((0 - 8 * n) & 63);
    uint64_t pairs = (digits * (10 * 256 + 1) >> 8) & 0x00ff00ff00ff00ff;
    uint64_t fours = (pairs * (100 * 65536 + 1) >> 16) & 0x0000ffff0000ffff;
    return fours * ((UINT64_C(10000) << 32) + 1) >> 32;
}

/* The value of up to SCAN_LONG digits. */
static inline uint64_t scan_long(const char *text, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    return value;
}

#endif
