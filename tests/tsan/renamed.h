/*
 * renamed.h -- lets a program call the library's own functions by the standard
 * names; the sanitizer keeps the real ones.
 */
#ifndef TESTS_TSAN_RENAMED_H
#define TESTS_TSAN_RENAMED_H

#include <malloc.h>
#include <stdlib.h>

#include "allocator/preload/cache.h"
#include "allocator/preload/serve.h"
#include "allocator/preload/survey.h"

static inline int renamed_trim(size_t pad)
{
    (void)pad;
    cache_flush();
    return arenas_trim();
}

static inline int renamed_check(void)
{
    struct policy_fault fault;
    return survey_check(&fault);
}

#define malloc(size)              serve_malloc(size)
#define calloc(n, size)           serve_calloc((n) * (size))
#define realloc(payload, size)    serve_realloc(payload, size)
#define memalign(alignment, size) serve_memalign(alignment, size)
#define free(payload)             serve_free(payload)
#define malloc_trim(pad)          renamed_trim(pad)
#define heap_check                renamed_check

#endif
