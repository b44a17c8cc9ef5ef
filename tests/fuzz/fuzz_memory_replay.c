/*
 * fuzz_memory_replay.c -- any bytes, read as a log of memory-replay.
 */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_log("memory-replay", data, n);
    return 0;
}
