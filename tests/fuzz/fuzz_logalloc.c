/*
 * fuzz_logalloc.c -- any bytes, read as a log of logalloc.
 */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_log("logalloc", data, n);
    return 0;
}
