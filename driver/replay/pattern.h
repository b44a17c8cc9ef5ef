/*
 * pattern.h -- what the oracle writes into payloads, and how it reads it back.
 *
 * A payload is filled with 64-bit words
 *
 *     word i = key + i * STEP      (STEP odd, key a hash of the operation)
 *
 * so that each of the usual ways to lose contents shows: stale contents carry
 * the key of an older operation or of the first round, swapped blocks that of
 * another one, a copy that is shifted by d words differs by d * STEP
 * everywhere.  Adding is all it takes to make the next word, and eight words
 * at a time are written or compared in vector registers.
 *
 * Payloads up to PATTERN_WHOLE bytes are covered wholly; of larger ones the
 * head, the tail and lines between them at even distances are, so that a block
 * of many gigabytes costs a few megabytes of real memory:
 *
 *   |  head   |  .  .  .  .  line  .  .  .  .  |  tail   |
 *     512 KiB      64 bytes, at most 1024 times  512 KiB
 */
#ifndef DRIVER_REPLAY_PATTERN_H
#define DRIVER_REPLAY_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define PATTERN_WHOLE   ((size_t)1 << 20) /* up to here every byte is covered */
#define PATTERN_END     ((size_t)1 << 19) /* head and tail of larger payloads */
#define PATTERN_LINE    ((size_t)64)
#define PATTERN_SAMPLES ((size_t)1024)

#define PATTERN_INTACT SIZE_MAX

/* The key of the payload that an operation makes in a round (1 or 2). */
uint64_t pattern_key(uint64_t op, uint32_t round);

/* Fills a payload, which is aligned to 16 bytes. */
void pattern_fill(void *payload, size_t bytes, uint64_t key);

/*
 * Offset of the first wrong byte in [from, to) of a payload that was filled
 * with these bytes and key, or PATTERN_INTACT.  from is rounded down to whole
 * words, to is at most bytes.  Bytes that are not covered are not read.
 */
size_t pattern_mismatch(const void *payload, size_t bytes, uint64_t key,
                        size_t from, size_t to);

/* What n bytes at offset should read. */
void pattern_expected(uint64_t key, size_t offset, unsigned char *out,
                      size_t n);

#endif
