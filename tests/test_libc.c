/*
 * test_libc.c -- the footprint of the C library's malloc, against its own
 * statistics and against the holes that the harness leaves in its heap.
 */
#include <check.h>
#include <malloc.h>
#include <stdlib.h>

#include "driver/measure/footprint.h"
#include "driver/replay/replay.h"
#include "tests/support/generated.h"
#include "tests/support/made_trace.h"
#include "tests/support/sanitized.h"

#ifndef SANITIZED

static struct footprint_record libc_measured(const struct op *ops, size_t n)
{
    struct trace trace = made_trace(ops, n);
    struct subject subject = subject_libc();
    struct footprint_record record;
    ck_assert_int_eq(footprint_run(&trace, &subject, NULL, NULL, &record), 0);
    ck_assert(record.measured);
    ck_assert(!record.has_ledger);
    trace_free(&trace);
    return record;
}

/* Large blocks are mapped one by one: 3 MiB live and one page more each. */
START_TEST(libc_mappings_are_counted)
{
    const uint64_t mib = 1 << 20;
    const struct op ops[] = {
        made_alloc(0, mib), made_alloc(1, 2 * mib), made_realloc(0, 3 * mib),
        made_free(1),       made_free(0),           made_alloc(2, 100),
        made_free(2)};
    const uint64_t expected[] = {mib, 3 * mib, 5 * mib, 3 * mib, 0, 0, 0};
    struct footprint_record record = libc_measured(ops, 7);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_uint_ge(record.samples[i].footprint_bytes, expected[i]);
        ck_assert_uint_le(record.samples[i].footprint_bytes,
                          expected[i] + (200 << 10));
    }
}
END_TEST

/*
 * glibc maps a block of 200 KiB until one has been freed.  What the harness
 * freed before must not count.
 */
START_TEST(libc_learns_from_the_replay_alone)
{
    const uint64_t large = 200 << 10, step = 140 << 10;
    const struct op ops[] = {made_alloc(0, large), made_alloc(1, 16),
                             made_free(0),         made_alloc(2, large),
                             made_alloc(3, 16),    made_free(2)};
    void *earlier = malloc(4 << 20);
    ck_assert_ptr_nonnull(earlier);
    free(earlier);
    struct footprint_record record = libc_measured(ops, 6);
    ck_assert_uint_ge(record.samples[1].footprint_bytes, large);
    ck_assert_uint_le(record.samples[2].footprint_bytes, step);
    ck_assert_uint_ge(record.samples[5].footprint_bytes, large);
}
END_TEST

/* 3000 holes of 1000 bytes must not serve a replay for nothing. */
START_TEST(libc_gets_no_holes_for_nothing)
{
    enum { BLOCKS = 6000, OPS_HERE = 2000 };
    static void *blocks[BLOCKS];
    static struct op ops[OPS_HERE];
    for (uint32_t i = 0; i < OPS_HERE; i++) {
        ops[i] = made_alloc(i, 1000);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(1000);
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        free(blocks[i]);
    }
    struct footprint_record record = libc_measured(ops, OPS_HERE);
    ck_assert_uint_ge(record.peak_footprint_bytes, OPS_HERE * 1000);
    ck_assert_uint_le(record.peak_footprint_bytes,
                      OPS_HERE * 1008 + (200 << 10));
    struct mallinfo2 after = mallinfo2();
    ck_assert_uint_ge(after.fordblks, BLOCKS / 2 * 1000); /* holes are back */
    for (size_t i = 1; i < BLOCKS; i += 2) {
        free(blocks[i]);
    }
}
END_TEST

/* What the hooks counted agrees with malloc's own statistics throughout. */
START_TEST(libc_account_agrees_with_statistics)
{
    struct trace trace =
        generated("random ops=1500 seed=7 small=1 large=400000");
    struct subject subject = subject_libc();
    struct session s;
    subject.policy = subject.foreign->counting;
    ck_assert_int_eq(session_open(&s, &subject, trace.n_ids, NULL), 0);
    struct mallinfo2 info = mallinfo2();
    size_t before = info.arena + info.hblkhd - session_footprint(&s);
    for (size_t i = 0; i < trace.n_ops; i++) {
        struct op op = trace.ops[i];
        if (i % 5 == 0 && op.kind == OP_ALLOC) {
            op.kind = OP_MEMALIGN;
            op.align_log2 = 8;
        }
        replay_op(s.policy, &s.heap, s.slots, &op);
        info = mallinfo2();
        ck_assert_uint_eq(session_footprint(&s),
                          info.arena + info.hblkhd - before);
    }
    session_close(&s);
    trace_free(&trace);
}
END_TEST

#endif

Suite *libc_suite(void)
{
    Suite *suite = suite_create("libc");
    TCase *tests = tcase_create("footprint");
#ifndef SANITIZED
    tcase_add_test(tests, libc_mappings_are_counted);
    tcase_add_test(tests, libc_learns_from_the_replay_alone);
    tcase_add_test(tests, libc_gets_no_holes_for_nothing);
    tcase_add_test(tests, libc_account_agrees_with_statistics);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
