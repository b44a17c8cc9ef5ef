/*
 * test_shrink_small.c -- what becomes smaller or plainer in the operations that
 * are left.
 */
#include <check.h>

#include "tests/support/asked.h"
#include "tests/support/text_trace.h"

static bool live_twins(const struct trace *trace, size_t *failed_op)
{
    uint64_t sizes[20] = {0};
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        sizes[op->id] = op->size;
        for (uint32_t k = 0; k < trace->n_ids; k++) {
            if (k != op->id && op->size >= 100 && sizes[k] == op->size) {
                return true;
            }
        }
    }
    return false;
}

START_TEST(equal_sizes_are_lowered_together)
{
    asked_expect_text("a 0 333\na 1 5000\na 2 333\nf 0\na 0 7\na 3 9\n",
                      live_twins, "a 0 100\na 1 100\n");
}
END_TEST

/* Another size each time: no two are equal, but one is twice the other. */
static bool double_size(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i + 1 < trace->n_ops; i++) {
        if (trace->ops[i].size >= 40 &&
            trace->ops[i + 1].size == trace->ops[i].size * 2) {
            return true;
        }
    }
    return false;
}

START_TEST(related_sizes_are_lowered_together)
{
    asked_expect_text("a 0 7\na 1 3200\na 2 6400\nf 1\n", double_size,
                      "a 0 50\na 1 100\n");
}
END_TEST

static bool grows_above_500(const struct trace *trace, size_t *failed_op)
{
    uint64_t sizes[20] = {0};
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        const struct op *op = &trace->ops[i];
        if (op->kind == OP_REALLOC && sizes[op->id] > 0 && op->size > 500) {
            return true;
        }
        sizes[op->id] = op->size;
    }
    return false;
}

START_TEST(reallocs_in_between_are_dropped)
{
    asked_expect_text(
        "a 0 8\nr 0 16\na 1 9\nr 0 32\nr 0 600\nr 0 1200\nf 1\nf 0\n",
        grows_above_500, "a 0 1\nr 0 501\n");
}
END_TEST

static bool has_aligned(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        if (trace->ops[i].kind == OP_MEMALIGN &&
            trace->ops[i].align_log2 >= 6) {
            return true;
        }
    }
    return false;
}

START_TEST(alignment_is_lowered)
{
    asked_expect_text("#!rep 1\nt 3\nc 0 7\nm 1 4096 90\nf 0\n", has_aligned,
                      "m 0 64 1\n");
}
END_TEST

static bool three_live(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    return trace->peak_live_blocks >= 3;
}

START_TEST(operations_become_plain)
{
    struct asked asked = {.fails = three_live};
    text_trace("#!rep 1\nt 2\nc 0 7\nm 1 4096 90\nw 1 80\nf -1\nr 2 9\nr 0 0\n",
               &asked.original);
    asked_shrink(&asked, 0);
    asked_expect(&asked, "a 0 1\na 1 1\na 2 1\n");
    ck_assert_uint_eq(asked.result.trace.ops[0].thread, 0);
    asked_free(&asked);
}
END_TEST

static bool frees_null_after_touch(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    for (size_t i = 0; i + 1 < trace->n_ops; i++) {
        if (trace->ops[i].kind == OP_TOUCH &&
            trace->ops[i + 1].id == trace->n_ids) {
            return true;
        }
    }
    return false;
}

static bool touches_beside_33(const struct trace *trace, size_t *failed_op)
{
    bool touches = false, has_33 = false;
    (void)failed_op;
    for (size_t i = 0; i < trace->n_ops; i++) {
        touches |= trace->ops[i].kind == OP_TOUCH;
        has_33 |= trace->ops[i].size >= 33 && trace->ops[i].kind == OP_ALLOC;
    }
    return touches && has_33;
}

START_TEST(a_touch_shrinks_with_its_block)
{
    asked_expect_text("a 0 20\nw 0 20\na 1 33\n", touches_beside_33,
                      "a 0 1\nw 0 1\na 1 33\n");
}
END_TEST

START_TEST(null_and_touch_stay_where_they_matter)
{
    asked_expect_text("a 0 50\nf -1\nw 0 30\nf -1\nf -1\nf 0\n",
                      frees_null_after_touch, "a 0 1\nw 0 1\nf -1\n");
}
END_TEST

/* Whoever is freed last decides: the second free has to become one. */
static bool ends_in_free(const struct trace *trace, size_t *failed_op)
{
    (void)failed_op;
    return trace->n_ops > 0 && trace->ops[trace->n_ops - 1].kind == OP_FREE;
}

START_TEST(realloc_to_nothing_becomes_free)
{
    asked_expect_text("a 0 50\na 1 5\nr 1 0\nr 0 0\nf -1\n", ends_in_free,
                      "f -1\n");
}
END_TEST

START_TEST(weight_is_kept)
{
    struct asked asked = {.fails = three_live};
    text_trace("2\n3\n4\n1\na 0 1\na 1 1\na 2 1\nf 1\n", &asked.original);
    ck_assert_uint_eq(asked.original.weight, 2);
    asked_shrink(&asked, 0);
    ck_assert_uint_eq(asked.result.trace.weight, 2);
    asked_free(&asked);
}
END_TEST

Suite *shrink_small_suite(void)
{
    Suite *suite = suite_create("shrink-small");
    TCase *tcase = tcase_create("shrink-small");
    tcase_add_test(tcase, equal_sizes_are_lowered_together);
    tcase_add_test(tcase, related_sizes_are_lowered_together);
    tcase_add_test(tcase, reallocs_in_between_are_dropped);
    tcase_add_test(tcase, alignment_is_lowered);
    tcase_add_test(tcase, operations_become_plain);
    tcase_add_test(tcase, a_touch_shrinks_with_its_block);
    tcase_add_test(tcase, null_and_touch_stay_where_they_matter);
    tcase_add_test(tcase, realloc_to_nothing_becomes_free);
    tcase_add_test(tcase, weight_is_kept);
    suite_add_tcase(suite, tcase);
    return suite;
}
