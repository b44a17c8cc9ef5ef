/*
 * test_conformance.c -- what every policy must do, proved for each of them.
 *
 * Each test runs once for every variant: every registered policy with every
 * word of every option.  A new policy needs no test of its own here.
 */
#include <check.h>
#include <stdint.h>
#include <string.h>

#include "allocator/heap/failing.h"
#include "tests/support/lab.h"

static struct lab lab;
static struct variant variant;

/* Ends the test with what the lab objects to. */
static void demand(const struct lab *l, bool fine)
{
    if (!fine || l->why[0] != '\0') {
        ck_abort_msg("%s: %s", variant.label,
                     l->why[0] != '\0' ? l->why : "unexpected outcome");
    }
}

static void open_lab(int index, const struct heap_options *options)
{
    variant = variant_at((size_t)index);
    demand(&lab, lab_open(&lab, &variant, options, 1) == LAB_DONE);
}

static void verify(void)
{
    demand(&lab, lab_verify(&lab) == LAB_DONE);
    demand(&lab, lab_verify_contents(&lab) == LAB_DONE);
}

static void alloc(size_t alignment, size_t size)
{
    demand(&lab, lab_alloc(&lab, alignment, size) == LAB_DONE);
}

static void close_lab(void)
{
    lab_close(&lab);
}

START_TEST(fresh_heap_is_sound)
{
    open_lab(_i, NULL);
    verify();
}
END_TEST

START_TEST(sizes_are_aligned_and_usable)
{
    open_lab(_i, NULL);
    for (size_t size = 0; size < 1200; size += size < 300 ? 1 : 7) {
        alloc(0, size);
    }
    for (unsigned k = 10; k < 19; k++) {
        alloc(0, ((size_t)1 << k) - 1);
        alloc(0, ((size_t)1 << k) + 1);
    }
    verify();
    demand(&lab, lab_free_all(&lab) == LAB_DONE);
    verify();
}
END_TEST

START_TEST(nothing_can_be_asked_for)
{
    open_lab(_i, NULL);
    for (int k = 0; k < 20; k++) {
        alloc(0, 0);
        alloc(64, 0);
    }
    alloc(0, 1);
    verify();
    demand(&lab, lab_free_all(&lab) == LAB_DONE);
    verify();
}
END_TEST

START_TEST(null_can_be_freed)
{
    open_lab(_i, NULL);
    alloc(0, 10);
    size_t before = heap_footprint(&lab.heap);
    lab.policy->free(&lab.heap, NULL);
    ck_assert_uint_eq(heap_footprint(&lab.heap), before);
    verify();
}
END_TEST

START_TEST(realloc_of_null_allocates)
{
    open_lab(_i, NULL);
    unsigned char *payload = lab.policy->realloc(&lab.heap, NULL, 100);
    ck_assert_ptr_nonnull(payload);
    ck_assert_uint_ge(lab.policy->usable_size(&lab.heap, payload), 100);
    memset(payload, 1, 100);
    lab.policy->free(&lab.heap, payload);
    verify();
}
END_TEST

START_TEST(realloc_to_nothing_frees)
{
    open_lab(_i, NULL);
    for (size_t size = 1; size < 5000; size *= 3) {
        alloc(0, size);
        alloc(0, size);
        demand(&lab, lab_realloc(&lab, 0, 0) == LAB_DONE);
        verify();
    }
}
END_TEST

START_TEST(realloc_keeps_the_prefix)
{
    static const size_t sizes[] = {1, 8, 9, 24, 25, 100, 1000, 5000, 70000};
    enum { N = sizeof sizes / sizeof *sizes };
    open_lab(_i, NULL);
    for (size_t from = 0; from < N; from++) {
        for (size_t to = 0; to < N; to++) {
            alloc(0, sizes[from]);
            alloc(0, 50);
            demand(&lab, lab_realloc(&lab, lab_random(&lab, lab.n_live),
                                     sizes[to]) == LAB_DONE);
            demand(&lab, lab_verify(&lab) == LAB_DONE);
        }
    }
    verify();
}
END_TEST

START_TEST(realloc_within_the_usable_size_stays)
{
    open_lab(_i, NULL);
    for (size_t size = 1; size < 3000; size += 1 + size / 3) {
        alloc(0, size);
        alloc(0, 40);
        void *payload = lab.live[0].payload;
        size_t usable = lab.policy->usable_size(&lab.heap, payload);
        ck_assert_ptr_eq(lab.policy->realloc(&lab.heap, payload, usable),
                         payload);
        verify();
        demand(&lab, lab_free_all(&lab) == LAB_DONE);
    }
}
END_TEST

START_TEST(memalign_aligns)
{
    open_lab(_i, NULL);
    for (size_t alignment = 1; alignment <= (size_t)1 << 20; alignment *= 2) {
        for (size_t size = 0; size < 10000; size = 3 * size + 1) {
            alloc(alignment, size);
            alloc(0, 30);
            demand(&lab, lab_verify(&lab) == LAB_DONE);
        }
        demand(&lab, lab_free(&lab, lab_random(&lab, lab.n_live)) == LAB_DONE);
    }
    verify();
    demand(&lab, lab_free_all(&lab) == LAB_DONE);
    verify();
}
END_TEST

START_TEST(random_streams_hold)
{
    open_lab(_i, NULL);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        lab_reset(&lab, &variant, seed);
        demand(&lab, lab_stream(&lab, 300, seed % 3 == 0 ? 8 : 60) == LAB_DONE);
        demand(&lab, lab_free_all(&lab) == LAB_DONE);
        verify();
    }
}
END_TEST

START_TEST(heap_limits_are_survived)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct heap_options options = {.limit_bytes = (size_t)8192 << seed % 5};
        open_lab(_i, &options);
        lab.random = seed;
        demand(&lab, lab_stream(&lab, 250, 100) == LAB_DONE);
        ck_assert_uint_le(heap_peak(&lab.heap), options.limit_bytes);
        demand(&lab, lab_free_all(&lab) == LAB_DONE);
        verify();
        lab_close(&lab);
    }
}
END_TEST

START_TEST(refused_growth_is_survived)
{
    struct failing failing;
    open_lab(_i, NULL);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        lab_reset(&lab, &variant, seed);
        failing_by_chance(&failing, &lab.heap, 0.1 * (double)(seed % 10), seed);
        demand(&lab, lab_stream(&lab, 250, 60) == LAB_DONE);
        failing_stop(&failing);
        demand(&lab, lab_stream(&lab, 50, 60) == LAB_DONE);
    }
}
END_TEST

START_TEST(any_one_refusal_is_survived)
{
    struct failing failing;
    open_lab(_i, NULL);
    for (uint64_t nth = 1; nth <= 30; nth++) {
        lab_reset(&lab, &variant, 5);
        failing_nth(&failing, &lab.heap, nth);
        demand(&lab, lab_stream(&lab, 60, 60) == LAB_DONE);
        failing_stop(&failing);
    }
}
END_TEST

START_TEST(refused_init_leaves_a_fresh_start)
{
    struct failing failing;
    open_lab(_i, NULL);
    for (uint64_t nth = 1; nth <= 4; nth++) {
        heap_reset(&lab.heap);
        failing_nth(&failing, &lab.heap, nth);
        int status = lab.policy->init(&lab.heap, variant.values);
        failing_stop(&failing);
        ck_assert_int_eq(status, failing.refused != 0 ? -1 : 0);
        demand(&lab, lab_reset(&lab, &variant, nth) == LAB_DONE);
        demand(&lab, lab_stream(&lab, 20, 10) == LAB_DONE);
    }
}
END_TEST

/* All state lies in the heap: the same operations give the same addresses. */
START_TEST(reset_starts_anew)
{
    open_lab(_i, NULL);
    demand(&lab, lab_stream(&lab, 300, 40) == LAB_DONE);
    uint64_t trail = lab.trail;
    demand(&lab, lab_reset(&lab, &variant, 2) == LAB_DONE);
    demand(&lab, lab_stream(&lab, 100, 40) == LAB_DONE);
    ck_assert_uint_ne(lab.trail, trail);
    demand(&lab, lab_reset(&lab, &variant, 1) == LAB_DONE);
    demand(&lab, lab_stream(&lab, 300, 40) == LAB_DONE);
    ck_assert_uint_eq(lab.trail, trail);
}
END_TEST

START_TEST(heaps_live_side_by_side)
{
    open_lab(_i, NULL);
    demand(&lab, lab_stream(&lab, 300, 40) == LAB_DONE);
    uint64_t alone = lab.trail;
    lab_reset(&lab, &variant, 1);
    struct lab other;
    demand(&other, lab_open(&other, &variant, NULL, 99) == LAB_DONE);
    for (int step = 0; step < 300; step++) {
        demand(&lab, lab_stream(&lab, 1, 40) == LAB_DONE);
        demand(&other, lab_stream(&other, 1, 20) == LAB_DONE);
    }
    ck_assert_uint_eq(lab.trail, alone);
    lab_close(&other);
}
END_TEST

START_TEST(impossible_requests_are_refused)
{
    open_lab(_i, NULL);
    alloc(0, 100);
    alloc(0, 100);
    const size_t sizes[] = {
        SIZE_MAX,        SIZE_MAX - 7,          SIZE_MAX - 15,
        SIZE_MAX - 31,   PTRDIFF_MAX,           SIZE_MAX / 2 + 1,
        SIZE_MAX - 4096, lab.heap.reserved + 1, lab.heap.reserved};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t before = heap_footprint(&lab.heap);
        demand(&lab, lab_alloc(&lab, 0, sizes[i]) == LAB_REFUSED);
        demand(&lab, lab_realloc(&lab, 0, sizes[i]) == LAB_REFUSED);
        demand(&lab, lab_realloc(&lab, 1, sizes[i]) == LAB_REFUSED);
        demand(&lab, lab_alloc(&lab, 64, sizes[i]) == LAB_REFUSED);
        ck_assert_uint_eq(heap_footprint(&lab.heap), before);
        verify();
    }
    demand(&lab, lab_stream(&lab, 50, 20) == LAB_DONE);
}
END_TEST

/* A huge gap is granted where the heap happens to reach over it. */
START_TEST(huge_alignments_are_granted_or_refused)
{
    open_lab(_i, NULL);
    for (unsigned k = 21; k < 64; k += 3) {
        size_t alignment = (size_t)1 << k, n = lab.n_live;
        demand(&lab, lab_alloc(&lab, alignment, SIZE_MAX - 64) == LAB_REFUSED);
        demand(&lab, lab_alloc(&lab, alignment, 100) != LAB_WRONG);
        demand(&lab, lab_verify(&lab) == LAB_DONE);
        demand(&lab, lab.n_live == n || lab_free(&lab, n) == LAB_DONE);
    }
    demand(&lab, lab_stream(&lab, 50, 20) == LAB_DONE);
}
END_TEST

/* Address space is cheap: only the ends of each payload are touched. */
START_TEST(large_heaps_work)
{
    const size_t large = (size_t)5 << 30;
    open_lab(_i, NULL);
    unsigned char *blocks[3];
    for (size_t i = 0; i < 3; i++) {
        blocks[i] = lab.policy->malloc(&lab.heap, large + i * 16);
        ck_assert_ptr_nonnull(blocks[i]);
        size_t usable = lab.policy->usable_size(&lab.heap, blocks[i]);
        ck_assert_uint_ge(usable, large + i * 16);
        blocks[i][0] = blocks[i][usable - 1] = (unsigned char)(i + 1);
    }
    ck_assert_uint_ge(heap_footprint(&lab.heap), 3 * large);
    ck_assert_uint_eq(blocks[1][0], 2);
    lab.policy->free(&lab.heap, blocks[1]);
    lab.policy->free(&lab.heap, blocks[0]);
    ck_assert_uint_eq(blocks[2][0], 3);
    lab.policy->free(&lab.heap, blocks[2]);
    verify();
    demand(&lab, lab_stream(&lab, 50, 20) == LAB_DONE);
}
END_TEST

static int stop_at_once(void *context, const struct block_info *block)
{
    (void)block;
    ++*(int *)context;
    return 42;
}

START_TEST(walk_stops_when_told)
{
    open_lab(_i, NULL);
    alloc(0, 100);
    alloc(0, 100);
    int visits = 0;
    ck_assert_int_eq(lab.policy->walk(&lab.heap, stop_at_once, &visits), 42);
    ck_assert_int_eq(visits, 1);
}
END_TEST

START_TEST(trim_only_gives_back)
{
    open_lab(_i, NULL);
    for (int round = 0; lab.policy->trim != NULL && round < 20; round++) {
        demand(&lab, lab_stream(&lab, 20, 20) == LAB_DONE);
        size_t before = heap_footprint(&lab.heap);
        lab.policy->trim(&lab.heap);
        ck_assert_uint_le(heap_footprint(&lab.heap), before);
        verify();
    }
}
END_TEST

/* Among single calls, from the empty heap on, until memory is refused. */
START_TEST(batches_do_as_single_calls_do)
{
    const struct heap_options options = {.limit_bytes = 192 << 10};
    enum lab_outcome outcome = LAB_DONE;
    open_lab(_i, &options);
    for (size_t round = 0; lab.policy->malloc_batch != NULL &&
                           lab.policy->free_batch != NULL && round < 300;
         round++) {
        size_t size =
            round % 8 != 0 ? 1 + lab_random(&lab, 300) : lab_random(&lab, 3000);
        outcome = lab_alloc_batch(&lab, size, lab_random(&lab, LAB_BATCH + 1));
        demand(&lab, outcome != LAB_WRONG);
        demand(&lab, lab_step(&lab, 1000) != LAB_WRONG);
        verify();
        if (outcome == LAB_REFUSED || lab_random(&lab, 3) == 0) {
            demand(&lab, lab_free_batch(&lab, LAB_BATCH) == LAB_DONE);
            verify();
        }
    }
    demand(&lab, lab_free_all(&lab) == LAB_DONE);
    verify();
}
END_TEST

/* Overwrites all that a free block has between its ends and not retired. */
static int scribble(void *context, const struct block_info *block)
{
    const struct heap *heap = context;
    unsigned char *first = (unsigned char *)(uintptr_t)block->address;
    unsigned char *at = first + POLICY_NOTES_FIRST;
    unsigned char *end = first + block->bytes - POLICY_NOTES_LAST;
    for (; block->kind == BLOCK_FREE && at < end; at++) {
        if (heap->retired == 0 || heap_contains(heap, at, 1)) {
            *at = 0xdd;
        }
    }
    return 0;
}

START_TEST(the_middle_of_free_blocks_is_nobodys)
{
    open_lab(_i, NULL);
    for (int round = 0; round < 30; round++) {
        demand(&lab, lab_stream(&lab, 5, 30) == LAB_DONE);
        lab.policy->walk(&lab.heap, scribble, &lab.heap);
        demand(&lab, lab_verify(&lab) == LAB_DONE);
    }
    demand(&lab, lab_free_all(&lab) == LAB_DONE);
    verify();
}
END_TEST

/* Whether a payload is zero between its notes, as far as it is fresh. */
static bool is_zero_inside(const unsigned char *payload, size_t size,
                           const unsigned char *fresh)
{
    const unsigned char *at = payload < fresh ? fresh : payload;
    const unsigned char *end = payload + size - POLICY_NOTES_LAST;
    at += POLICY_NOTES_FIRST;
    while (at < end && *at == 0) {
        at++;
    }
    return at >= end;
}

/* Beyond what the break had ever reached nothing is written. */
START_TEST(payloads_in_fresh_memory_are_zero)
{
    enum { N = 20 };
    void *blocks[N] = {NULL};
    open_lab(_i, NULL);
    for (int i = 0; i < 5 * N; i++) {
        void **place = &blocks[lab_random(&lab, N)];
        lab.policy->free(&lab.heap, *place);
        const unsigned char *fresh = lab.heap.base + heap_touched(&lab.heap);
        size_t size = 1024 + lab_random(&lab, 20000);
        unsigned char *payload = *place = lab.policy->malloc(&lab.heap, size);
        ck_assert_ptr_nonnull(payload);
        demand(&lab, payload > heap_top(&lab.heap) ||
                         is_zero_inside(payload, size, fresh));
        memset(payload, 0xa5, size);
    }
}
END_TEST

Suite *conformance_suite(void)
{
    const TTest *const tests[] = {
        fresh_heap_is_sound,
        sizes_are_aligned_and_usable,
        nothing_can_be_asked_for,
        null_can_be_freed,
        realloc_of_null_allocates,
        realloc_to_nothing_frees,
        realloc_keeps_the_prefix,
        realloc_within_the_usable_size_stays,
        memalign_aligns,
        random_streams_hold,
        heap_limits_are_survived,
        refused_growth_is_survived,
        any_one_refusal_is_survived,
        refused_init_leaves_a_fresh_start,
        reset_starts_anew,
        heaps_live_side_by_side,
        impossible_requests_are_refused,
        huge_alignments_are_granted_or_refused,
        large_heaps_work,
        walk_stops_when_told,
        trim_only_gives_back,
        batches_do_as_single_calls_do,
        the_middle_of_free_blocks_is_nobodys,
        payloads_in_fresh_memory_are_zero,
    };
    Suite *suite = suite_create("conformance");
    TCase *all = tcase_create("every policy");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, close_lab);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_loop_test(all, tests[i], 0, (int)variant_count());
    }
    suite_add_tcase(suite, all);
    return suite;
}
