/*
 * pattern.c -- fill and compare payloads.
 *
 * The key is the finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014) applied to operation and
 * round; STEP is that generator's odd increment, 2^64 divided by the golden
 * ratio.
 */
#include "driver/replay/pattern.h"

#include <stdbool.h>
#include <string.h>

#define STEP 0x9e3779b97f4a7c15U

/* Two words in one vector register of any x86-64 or ARMv8 machine. */
typedef uint64_t pair __attribute__((vector_size(16), may_alias));
typedef uint64_t word __attribute__((may_alias));

#define WORD sizeof(word)

_Static_assert(PATTERN_END % PATTERN_LINE == 0, "lines start on lines");
_Static_assert(2 * PATTERN_END <= PATTERN_WHOLE, "head and tail stay apart");

uint64_t pattern_key(uint64_t op, uint32_t round)
{
    uint64_t z = (op * 2 + round) * STEP;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static uint64_t word_at(uint64_t key, size_t index)
{
    return key + index * STEP;
}

/* The covered parts of a payload, in ascending order. */
struct parts {
    size_t bytes;
    size_t tail;   /* where it begins; bytes where all is covered */
    size_t stride; /* from line to line */
    size_t next;   /* where the next part begins */
};

static struct parts parts_of(size_t bytes)
{
    struct parts parts = {bytes, bytes, 0, 0};
    if (bytes > PATTERN_WHOLE) {
        size_t between = bytes - 2 * PATTERN_END;
        size_t stride = between / PATTERN_SAMPLES + PATTERN_LINE;
        parts.tail = (bytes - PATTERN_END) / PATTERN_LINE * PATTERN_LINE;
        parts.stride = stride / PATTERN_LINE * PATTERN_LINE;
    }
    return parts;
}

/* Sets [*from, *to) to the next part; false behind the last one. */
static bool parts_next(struct parts *parts, size_t *from, size_t *to)
{
    if (parts->next >= parts->bytes) {
        return false;
    }
    *from = parts->next;
    if (parts->stride == 0 || *from == parts->tail) {
        *to = parts->bytes;
        parts->next = *to;
        return true;
    }
    *to = *from == 0 ? PATTERN_END : *from + PATTERN_LINE;
    parts->next = *from == 0 ? PATTERN_END : *from + parts->stride;
    if (parts->next > parts->tail) {
        parts->next = parts->tail;
    }
    if (*to > parts->tail) {
        *to = parts->tail;
    }
    return true;
}

/* Fills [from, to); from is a multiple of 64. */
static void fill_range(unsigned char *payload, size_t from, size_t to,
                       uint64_t key)
{
    size_t i = from / WORD, end = to / WORD;
    pair *at = (pair *)(void *)(payload + from);
    pair value = {word_at(key, i), word_at(key, i + 1)};
    const pair by2 = {2 * STEP, 2 * STEP}, by4 = by2 + by2, by6 = by4 + by2;
    for (; i + 8 <= end; i += 8, at += 4) {
        at[0] = value;
        at[1] = value + by2;
        at[2] = value + by4;
        at[3] = value + by6;
        value += by4 + by4;
    }
    word *words = (word *)(void *)payload;
    for (; i < end; i++) {
        words[i] = word_at(key, i);
    }
    uint64_t last = word_at(key, end);
    memcpy(payload + end * WORD, &last, to % WORD);
}

void pattern_fill(void *payload, size_t bytes, uint64_t key)
{
    struct parts parts = parts_of(bytes);
    size_t from, to;
    while (parts_next(&parts, &from, &to)) {
        fill_range(payload, from, to, key);
    }
}

/* Whether the eight words at index, which is a multiple of 2, are right. */
static bool eight_right(const unsigned char *payload, size_t index,
                        uint64_t key)
{
    const pair *at = (const pair *)(const void *)(payload + index * WORD);
    pair value = {word_at(key, index), word_at(key, index + 1)};
    const pair by2 = {2 * STEP, 2 * STEP}, by4 = by2 + by2, by6 = by4 + by2;
    pair wrong = at[0] ^ value;
    wrong |= at[1] ^ (value + by2);
    wrong |= at[2] ^ (value + by4);
    wrong |= at[3] ^ (value + by6);
    return (wrong[0] | wrong[1]) == 0;
}

/* Index of the first wrong word in [index, end), or end. */
static size_t first_wrong_word(const unsigned char *payload, size_t index,
                               size_t end, uint64_t key)
{
    const word *words = (const word *)(const void *)payload;
    if (index % 2 != 0 && index < end) {
        if (words[index] != word_at(key, index)) {
            return index;
        }
        index++;
    }
    while (index + 8 <= end && eight_right(payload, index, key)) {
        index += 8;
    }
    while (index < end && words[index] == word_at(key, index)) {
        index++;
    }
    return index;
}

/* Offset of the first wrong byte among n < = 8 from a word's first, or n. */
static size_t first_wrong_byte(const unsigned char *found, uint64_t expected,
                               size_t n)
{
    unsigned char bytes[WORD];
    memcpy(bytes, &expected, sizeof bytes);
    size_t i = 0;
    while (i < n && found[i] == bytes[i]) {
        i++;
    }
    return i;
}

static size_t range_mismatch(const unsigned char *payload, size_t from,
                             size_t to, uint64_t key)
{
    size_t end = to / WORD;
    size_t i = first_wrong_word(payload, from / WORD, end, key);
    size_t n = i < end ? WORD : to % WORD;
    size_t byte = first_wrong_byte(payload + i * WORD, word_at(key, i), n);
    return byte < n ? i * WORD + byte : PATTERN_INTACT;
}

size_t pattern_mismatch(const void *payload, size_t bytes, uint64_t key,
                        size_t from, size_t to)
{
    struct parts parts = parts_of(bytes);
    size_t start, end;
    while (parts_next(&parts, &start, &end) && start < to) {
        start = start < from ? from : start;
        end = end < to ? end : to;
        if (start < end) {
            size_t wrong = range_mismatch(payload, start, end, key);
            if (wrong != PATTERN_INTACT) {
                return wrong;
            }
        }
    }
    return PATTERN_INTACT;
}

void pattern_expected(uint64_t key, size_t offset, unsigned char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value = word_at(key, (offset + i) / WORD);
        unsigned char bytes[WORD];
        memcpy(bytes, &value, sizeof bytes);
        out[i] = bytes[(offset + i) % WORD];
    }
}
