/*
 * stack.c -- _Unwind_Backtrace and a hash table (stack.h).
 *
 * Source: Itanium C++ ABI, exception handling, level I; FNV-1a for the hash.
 */
#include "allocator/preload/debug/stack.h"

#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#include "allocator/preload/debug/room.h"

#define HEADS      ((size_t)1 << 16)
#define WORDS_MOST ((size_t)1 << 31)

/* This library's own ELF header, which the linker knows, and where it ends. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
static uintptr_t library_end;

static struct {
    uint32_t heads[HEADS];
    uint64_t *words; /* [0] is unused */
    size_t used;
    struct room room; /* of words */
} store;

/* Unwinding may allocate where code was registered at run time. */
static __thread bool unwinding;

static void find_library_end(void)
{
    const char *base = (const char *)&__ehdr_start;
    const ElfW(Phdr) *segments =
        (const ElfW(Phdr) *)(base + __ehdr_start.e_phoff);
    for (int i = 0; i < __ehdr_start.e_phnum; i++) {
        const ElfW(Phdr) *segment = &segments[i];
        uintptr_t end = (uintptr_t)base + segment->p_vaddr + segment->p_memsz;
        if (segment->p_type == PT_LOAD && end > library_end) {
            library_end = end;
        }
    }
}

void stack_open(void)
{
    if (store.words == NULL) {
        find_library_end();
        room_open(&store.room, WORDS_MOST * sizeof *store.words);
        store.words = (uint64_t *)store.room.start;
        store.used = 1;
    }
}

static bool is_ours(uintptr_t address)
{
    return address >= (uintptr_t)&__ehdr_start && address < library_end;
}

struct taking {
    struct stack *stack;
    bool started; /* past the frames to be left out */
};

static _Unwind_Reason_Code add(struct taking *taking, uintptr_t address)
{
    struct stack *stack = taking->stack;
    if (address == 0) {
        return _URC_END_OF_STACK;
    }
    stack->frames[stack->n++] = address;
    return stack->n < STACK_DEPTH ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static _Unwind_Reason_Code take_frame(struct _Unwind_Context *context,
                                      void *argument)
{
    struct taking *taking = argument;
    int exact;
    uintptr_t ip = _Unwind_GetIPInfo(context, &exact);
    taking->started |= !is_ours(ip);
    return taking->started ? add(taking, exact || ip == 0 ? ip : ip - 1)
                           : _URC_NO_REASON;
}

/* exact: this frame was interrupted, it did not call the next. */
static _Unwind_Reason_Code take_interrupted(struct _Unwind_Context *context,
                                            void *argument)
{
    struct taking *taking = argument;
    int exact;
    uintptr_t ip = _Unwind_GetIPInfo(context, &exact);
    taking->started |= exact != 0 && !is_ours(ip);
    return taking->started ? add(taking, exact || ip == 0 ? ip : ip - 1)
                           : _URC_NO_REASON;
}

static void take(struct stack *stack, _Unwind_Trace_Fn each)
{
    struct taking taking = {.stack = stack};
    stack->n = 0;
    if (!unwinding) {
        unwinding = true;
        _Unwind_Backtrace(each, &taking);
        unwinding = false;
    }
}

void stack_take(struct stack *stack)
{
    take(stack, take_frame);
}

void stack_take_interrupted(struct stack *stack)
{
    take(stack, take_interrupted);
}

/* ---- exit ---------------------------------------------------------------- */

/* DWARF numbers of the registers that a called function preserves. */
#if defined(__x86_64__)
static const int preserved[] = {3, 6, 12, 13, 14, 15};
#elif defined(__aarch64__)
static const int preserved[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28};
#else
/* cppcheck-suppress preprocessorErrorDirective */
#error "which registers does a function preserve here?"
#endif

struct search {
    struct stack_exit *found;
    bool in_exit, done;
};

static _Unwind_Reason_Code find_exit(struct _Unwind_Context *context,
                                     void *argument)
{
    struct search *search = argument;
    struct stack_exit *found = search->found;
    if (!search->in_exit) {
        search->in_exit = _Unwind_GetRegionStart(context) == (uintptr_t)exit;
        return _URC_NO_REASON;
    }
    found->stack_pointer = _Unwind_GetCFA(context);
    found->n = sizeof preserved / sizeof *preserved;
    for (unsigned i = 0; i < found->n; i++) {
        found->registers[i] = _Unwind_GetGR(context, preserved[i]);
    }
    search->done = true;
    return _URC_END_OF_STACK;
}

bool stack_find_exit(struct stack_exit *found)
{
    struct search search = {.found = found};
    _Unwind_Backtrace(find_exit, &search);
    return search.done;
}

/* ---- the store ----------------------------------------------------------- */

static uint32_t hash_of(const struct stack *stack)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (unsigned i = 0; i < stack->n; i++) {
        hash = (hash ^ stack->frames[i]) * 0x100000001b3;
    }
    return (uint32_t)(hash >> 32) % HEADS;
}

static bool is_same(const uint64_t *entry, const struct stack *stack)
{
    return entry[0] >> 32 == stack->n &&
           memcmp(entry + 1, stack->frames, stack->n * sizeof *stack->frames) ==
               0;
}

uint32_t stack_note(const struct stack *stack)
{
    uint32_t *head = &store.heads[hash_of(stack)];
    if (stack->n == 0) {
        return 0;
    }
    for (uint32_t at = *head; at != 0; at = (uint32_t)store.words[at]) {
        if (is_same(store.words + at, stack)) {
            return at;
        }
    }
    size_t reach = store.used + 1 + STACK_DEPTH;
    if (!room_grow(&store.room, reach * sizeof *store.words)) {
        return 0;
    }
    uint64_t *entry = store.words + store.used;
    entry[0] = (uint64_t)stack->n << 32 | *head;
    memcpy(entry + 1, stack->frames, stack->n * sizeof *stack->frames);
    *head = (uint32_t)store.used;
    store.used += 1 + stack->n;
    return *head;
}

void stack_get(uint32_t number, struct stack *stack)
{
    const uint64_t *entry = store.words + number;
    stack->n = number != 0 ? (unsigned)(entry[0] >> 32) : 0;
    memcpy(stack->frames, entry + 1, stack->n * sizeof *stack->frames);
}
