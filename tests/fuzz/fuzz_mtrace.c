/*
 * fuzz_mtrace.c -- any bytes, read as a log of mtrace.
 */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_log("mtrace", data, n);
    return 0;
}
