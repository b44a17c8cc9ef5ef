/*
 * fuzz_ltrace.c -- any bytes, read as a log of ltrace.
 */
#include "tests/fuzz/foreign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_log("ltrace", data, n);
    return 0;
}
