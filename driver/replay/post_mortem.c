/*
 * post_mortem.c -- from the last words of a worker to a post-mortem.
 *
 * A stray store of the subject may have hit the shared note, so every text is
 * ended and every count limited before use.
 */
#include "driver/replay/post_mortem.h"

#include <signal.h>
#include <string.h>

#include "driver/replay/crash.h"
#include "driver/replay/symbols.h"
#include "driver/replay/worker.h"
#include "driver/replay/worker_process.h"

/* Enough to keep POST_MORTEM_FRAMES after what is dropped in front. */
#define UNWOUND_FRAMES (POST_MORTEM_FRAMES + 16)

/* How far below the stack pointer a function may touch its stack first. */
#define STACK_REACH_BYTES ((uint64_t)64 << 10)

static size_t find_function(const struct stack_frame *frames, size_t n,
                            const char *function)
{
    size_t i = 0;
    while (i < n && strcmp(frames[i].function, function) != 0) {
        i++;
    }
    return i;
}

/* How abort and exit do their work inside is of no interest. */
static size_t frames_above_culprit(const struct crash *crash,
                                   const struct stack_frame *frames, size_t n)
{
    size_t first = 0;
    if (crash->signal == SIGABRT) {
        first = find_function(frames, n, "abort");
    } else if (crash->signal == 0) {
        first = find_function(frames, n, "exit");
    }
    return first < n ? first : 0;
}

static bool has_source(const struct stack_frame *frame)
{
    return frame->line != 0 && frame->file[0] != '\0';
}

/* Length of the folders, with their last '/', that all files begin with. */
static size_t shared_folders(const struct post_mortem *post_mortem)
{
    const char *first = NULL;
    size_t shared = 0;
    for (size_t i = 0; i < post_mortem->n_frames; i++) {
        const char *file = post_mortem->frames[i].file;
        if (!has_source(&post_mortem->frames[i])) {
            continue;
        }
        if (first == NULL) {
            first = file;
            shared = strlen(file);
        }
        size_t same = 0;
        while (same < shared && file[same] == first[same]) {
            same++;
        }
        shared = same;
    }
    while (shared > 0 && first[shared - 1] != '/') {
        shared--;
    }
    return shared;
}

static void cut_shared_folders(struct post_mortem *post_mortem)
{
    size_t shared = shared_folders(post_mortem);
    for (size_t i = 0; i < post_mortem->n_frames; i++) {
        char *file = post_mortem->frames[i].file;
        if (has_source(&post_mortem->frames[i])) {
            memmove(file, file + shared, strlen(file + shared) + 1);
        }
    }
}

static void add_frames(const struct crash *crash,
                       struct post_mortem *post_mortem)
{
    struct stack_frame frames[UNWOUND_FRAMES];
    size_t n = symbols_backtrace(&crash->stack, WORKER_PROCESS_ENTRY, frames,
                                 UNWOUND_FRAMES);
    size_t first = frames_above_culprit(crash, frames, n);
    n = n - first < POST_MORTEM_FRAMES ? n - first : POST_MORTEM_FRAMES;
    memcpy(post_mortem->frames, frames + first, n * sizeof *frames);
    post_mortem->n_frames = (uint32_t)n;
    cut_shared_folders(post_mortem);
}

/*
 * The system lets a stack grow as far as it may, so a fault near the stack
 * pointer, where nothing is mapped up to the stack, means that it may not.
 */
static bool is_stack_overflow(const struct crash *crash)
{
    uint64_t low = crash->stack.sp - STACK_REACH_BYTES;
    return crash->has_address && !crash->in_heap && crash->stack.n_bytes > 0 &&
           crash->address - low < crash->stack.base - low;
}

static void add_address(const struct crash *crash,
                        struct post_mortem *post_mortem)
{
    post_mortem->has_address = crash->has_address;
    post_mortem->address = crash->address;
    post_mortem->in_heap = crash->in_heap;
    post_mortem->heap_offset = crash->heap_offset;
    post_mortem->stack_overflow = is_stack_overflow(crash);
    if (crash->has_block) {
        post_mortem->block = crash->block;
        post_mortem->block_distance = crash->block_distance;
    }
}

void post_mortem_examine(const struct worker_progress *progress,
                         const struct crash *crash,
                         struct post_mortem *post_mortem)
{
    post_mortem->exists = true;
    post_mortem->op = progress->op;
    post_mortem->round = progress->round;
    memcpy(post_mortem->phase, progress->phase, sizeof post_mortem->phase);
    post_mortem->phase[sizeof post_mortem->phase - 1] = '\0';
    if (crash->stage == 0) {
        return; /* it died without a word */
    }
    add_address(crash, post_mortem);
    add_frames(crash, post_mortem);
}
