/*
 * fuzz_options.c -- any lines, read as the words of a command line of mdriver.
 *
 * Either there is a sentence, or all numbers are within their ranges.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "driver/run/options.h"
#include "tests/fuzz/promises.h"

enum { MAX_WORDS = 32 };

/* Instead of the system's: no library of whatever name gets into this. */
void *dlopen(const char *name, int flags)
{
    (void)name;
    (void)flags;
    return NULL;
}

char *dlerror(void)
{
    static char why[] = "there is none";
    return why;
}

static void check_options(const struct options *options, int argc)
{
    require(options->n_subjects > 0, "there is something to run");
    require(options->n_traces < (size_t)argc, "a trace is a word");
    require(options->seconds_limit > 0 && options->seconds_limit < 1e9, "-s");
    require(options->timing_budget_s > 0 && options->timing_budget_s < 1e9,
            "--timing-budget");
    require(options->jobs <= 4096, "-j");
    const struct heap_options *heap = &options->correctness.heap;
    require(heap->limit_bytes <= HEAP_MOST_RESERVE &&
                heap->reserve_bytes <= HEAP_MOST_RESERVE,
            "--heap-limit");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char program[] = "mdriver";
    char *text = malloc(n + 1);
    char *argv[MAX_WORDS + 1] = {program};
    int argc = 1;
    memcpy(text, data, n);
    text[n] = '\0';
    char *rest = text;
    while (rest != NULL && argc < MAX_WORDS) {
        argv[argc++] = strsep(&rest, "\n");
    }
    struct options options;
    char message[300];
    memset(message, 'x', sizeof message);
    if (options_parse(argc, argv, &options, message, sizeof message) == 0) {
        check_options(&options, argc);
    } else {
        require(memchr(message, '\0', sizeof message) != NULL, "it ends");
        require(message[0] != '\0', "it says why");
    }
    options_free(&options);
    free(text);
    return 0;
}
