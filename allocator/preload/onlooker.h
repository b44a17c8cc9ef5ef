/*
 * onlooker.h -- who stands between the exported functions and serve.h.
 *
 *   malloc, free, ...  --->  serve.h                       as a rule
 *   malloc, free, ...  --->  an onlooker  --->  serve.h    when asked for
 *
 * Whatever records or verifies every call is an onlooker.  As long as there
 * is none, that costs each call one comparison.  Until the library has started
 * there is one that starts it, so that the first call is seen as well.
 */
#ifndef ALLOCATOR_PRELOAD_ONLOOKER_H
#define ALLOCATOR_PRELOAD_ONLOOKER_H

#include <stdatomic.h>
#include <stddef.h>

/* The function that the program called. */
enum call {
    CALL_MALLOC,
    CALL_CALLOC,
    CALL_REALLOC,
    CALL_REALLOCARRAY,
    CALL_ALIGNED_ALLOC,
    CALL_POSIX_MEMALIGN,
    CALL_MEMALIGN,
    CALL_VALLOC,
    CALL_PVALLOC,
    CALL_FREE,
    CALL_CFREE,
    CALL_FREE_SIZED,
    CALL_FREE_ALIGNED_SIZED,
    CALLS
};

/* As the functions of serve.h; arguments are verified already. */
struct onlooker {
    /* alignment is HEAP_ALIGNMENT where the function takes none. */
    void *(*malloc)(enum call call, size_t alignment, size_t size);
    void *(*calloc)(size_t size);
    void *(*realloc)(enum call call, void *payload, size_t size);
    void (*free)(enum call call, void *payload);
};

/* NULL: nobody. */
extern const struct onlooker *_Atomic onlooker;

static inline const struct onlooker *onlooker_now(void)
{
    return atomic_load_explicit(&onlooker, memory_order_relaxed);
}

/* Chooses by the settings; when the library starts. */
void onlooker_choose(void);

#endif
