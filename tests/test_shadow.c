/*
 * test_shadow.c -- the map of owners against a plain array of bytes.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "driver/replay/shadow.h"
#include "driver/trace/prng.h"

static struct shadow shadow;

static void open_shadow(void)
{
    ck_assert_int_eq(shadow_open(&shadow, (size_t)64 << 30), 0);
}

static void close_shadow(void)
{
    shadow_close(&shadow);
}

START_TEST(nobody_owns_an_empty_heap)
{
    ck_assert_uint_eq(shadow_find(&shadow, 0, (size_t)64 << 30), 0);
    ck_assert_uint_eq(shadow_at(&shadow, (size_t)64 << 30), 0);
}
END_TEST

START_TEST(every_shape_of_overlap_is_found)
{
    shadow_own(&shadow, 160, 320, 9);
    ck_assert_uint_eq(shadow_find(&shadow, 160, 320), 9); /* the same */
    ck_assert_uint_eq(shadow_find(&shadow, 0, 1000), 9);  /* encloses */
    ck_assert_uint_eq(shadow_find(&shadow, 192, 193), 9); /* inside */
    ck_assert_uint_eq(shadow_find(&shadow, 0, 161), 9);   /* its front */
    ck_assert_uint_eq(shadow_find(&shadow, 304, 999), 9); /* its end */
    ck_assert_uint_eq(shadow_find(&shadow, 0, 160), 0);
    ck_assert_uint_eq(shadow_find(&shadow, 320, 999), 0);
}
END_TEST

START_TEST(a_part_of_a_granule_owns_it)
{
    shadow_own(&shadow, 32, 33, 4);
    ck_assert_uint_eq(shadow_at(&shadow, 47), 4);
    ck_assert_uint_eq(shadow_at(&shadow, 48), 0);
    ck_assert_uint_eq(shadow_find(&shadow, 16, 33), 4);
    shadow_disown(&shadow, 32, 33);
    ck_assert_uint_eq(shadow_find(&shadow, 0, 4096), 0);
}
END_TEST

START_TEST(the_first_owner_is_named)
{
    shadow_own(&shadow, 4096, 8192, 1);
    shadow_own(&shadow, 64, 128, 2);
    ck_assert_uint_eq(shadow_find(&shadow, 0, 100000), 2);
    ck_assert_uint_eq(shadow_find(&shadow, 128, 100000), 1);
}
END_TEST

START_TEST(chunks_are_owned_as_a_whole)
{
    size_t from = SHADOW_CHUNK - 32, to = 5 * SHADOW_CHUNK + 16;
    shadow_own(&shadow, from, to, 7);
    for (size_t at = from; at < to; at += 16) {
        ck_assert_uint_eq(shadow_at(&shadow, at), 7);
        ck_assert_uint_eq(shadow_find(&shadow, at, at + 1), 7);
    }
    ck_assert_uint_eq(shadow_find(&shadow, 0, from), 0);
    ck_assert_uint_eq(shadow_find(&shadow, to, 9 * SHADOW_CHUNK), 0);
    shadow_disown(&shadow, from, to);
    ck_assert_uint_eq(shadow_find(&shadow, 0, 9 * SHADOW_CHUNK), 0);
}
END_TEST

START_TEST(clear_forgets_all)
{
    shadow_own(&shadow, 16, 10 * SHADOW_CHUNK, 7);
    shadow_clear(&shadow);
    ck_assert_uint_eq(shadow_find(&shadow, 0, (size_t)64 << 30), 0);
}
END_TEST

START_TEST(huge_blocks_cost_little)
{
    size_t huge = (size_t)60 << 30;
    ck_assert_uint_eq(shadow_find(&shadow, 48, huge), 0);
    shadow_own(&shadow, 48, huge, 3);
    ck_assert_uint_eq(shadow_at(&shadow, huge / 2), 3);
    shadow_disown(&shadow, 48, huge);
    size_t pages = (size_t)256 << 20 >> 12, resident = 0;
    unsigned char *present = malloc(pages);
    ck_assert_int_eq(mincore(shadow.owners, pages << 12, present), 0);
    for (size_t i = 0; i < pages; i++) {
        resident += present[i] & 1;
    }
    free(present);
    ck_assert_uint_le(resident, 512); /* one large page */
}
END_TEST

#define MODEL_GRANULES 20000
#define MODEL_RANGES   40

struct range {
    size_t from, to;
};

/* The first owner in the model. */
static uint32_t model_find(const uint32_t *model, struct range range)
{
    for (size_t i = range.from / 16; i < (range.to + 15) / 16; i++) {
        if (model[i] != 0) {
            return model[i];
        }
    }
    return 0;
}

static void model_set(uint32_t *model, struct range range, uint32_t owner)
{
    for (size_t i = range.from / 16; i < (range.to + 15) / 16; i++) {
        model[i] = owner;
    }
}

START_TEST(agrees_with_a_plain_array)
{
    uint32_t *model = calloc(MODEL_GRANULES, sizeof *model);
    struct range ranges[MODEL_RANGES + 1] = {{0, 0}};
    struct prng prng;
    prng_seed(&prng, 1);
    for (int i = 0; i < 20000; i++) {
        uint32_t owner = 1 + (uint32_t)prng_below(&prng, MODEL_RANGES);
        if (ranges[owner].to != 0) {
            shadow_disown(&shadow, ranges[owner].from, ranges[owner].to);
            model_set(model, ranges[owner], 0);
            ranges[owner].to = 0;
            continue;
        }
        size_t from = prng_below(&prng, MODEL_GRANULES - 1) * 16;
        size_t most = MODEL_GRANULES * 16 - from;
        size_t length = 1 + prng_below(&prng, prng_between(&prng, 1, most));
        struct range range = {from, from + length};
        uint32_t found = shadow_find(&shadow, range.from, range.to);
        ck_assert_uint_eq(found, model_find(model, range));
        if (found == 0) {
            shadow_own(&shadow, range.from, range.to, owner);
            model_set(model, range, owner);
            ranges[owner] = range;
        }
    }
    free(model);
}
END_TEST

Suite *shadow_suite(void)
{
    Suite *suite = suite_create("shadow");
    TCase *tests = tcase_create("shadow");
    tcase_add_checked_fixture(tests, open_shadow, close_shadow);
    tcase_add_test(tests, nobody_owns_an_empty_heap);
    tcase_add_test(tests, every_shape_of_overlap_is_found);
    tcase_add_test(tests, a_part_of_a_granule_owns_it);
    tcase_add_test(tests, the_first_owner_is_named);
    tcase_add_test(tests, chunks_are_owned_as_a_whole);
    tcase_add_test(tests, clear_forgets_all);
    tcase_add_test(tests, huge_blocks_cost_little);
    tcase_add_test(tests, agrees_with_a_plain_array);
    suite_add_tcase(suite, tests);
    return suite;
}
