/*
 * test_areas.c -- the policies over mappings: arena, pool, page-list.  When
 * memory goes back, and every invariant broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/block/areas.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[300];

static void close_row(void)
{
    row_close(&row);
}

static void expect(const char *rule)
{
    row_expect_rule(&row, rule);
}

static void expect_mappings(size_t n, size_t bytes)
{
    ck_assert_uint_eq(row.heap.mappings.n, n);
    ck_assert_uint_eq(row.heap.mapped, bytes);
}

/* ---- arena --------------------------------------------------------------- */

START_TEST(region_is_emptied_with_its_last_object)
{
    row_open(&row, "arena:region=4096");
    row_fill_all(&row, p, 3, 1000);
    row_give(&row, p[0]), row_give(&row, p[2]);
    p[4] = row_fill(&row, 500);
    ck_assert_ptr_eq(p[4], p[2] + 1008);
    row_give(&row, p[4]), row_give(&row, p[1]);
    ck_assert_ptr_eq(row_fill(&row, 10), p[0]);
    expect_mappings(1, 4096);
}
END_TEST

START_TEST(region_goes_when_another_is_current)
{
    row_open(&row, "arena:region=4096");
    row_fill_all(&row, p, 6, 1000);
    expect_mappings(2, 8192);
    row_give(&row, p[0]), row_give(&row, p[1]), row_give(&row, p[2]);
    expect_mappings(2, 8192);
    row_give(&row, p[3]);
    expect_mappings(1, 4096);
    p[6] = row_fill(&row, 10000);
    expect_mappings(2, 16384);
    ck_assert_ptr_eq(row_fill(&row, 100), p[5] + 1008);
    row_give(&row, p[6]);
    expect_mappings(1, 4096);
}
END_TEST

START_TEST(last_object_is_resized_in_place)
{
    row_open(&row, "arena");
    row_fill_all(&row, p, 2, 100);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[1], 5000), p[1]);
    ck_assert_ptr_eq(row_fill(&row, 8), p[1] + 5008);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 40), p[0]);
    ck_assert_ptr_ne(row.policy->realloc(&row.heap, p[0], 200), p[0]);
    row_expect_sound(&row);
}
END_TEST

START_TEST(arena_overwritten)
{
    row_open(&row, "arena:region=4096");
    row_fill_all(&row, p, 6, 1000);
    struct area *full = area_of(p[0]), *current = area_of(p[5]);
    full->bytes += 4096;
    expect("area");
    full->bytes -= 4096;
    full->top += 8;
    expect("area");
    full->top -= 8;
    full->live--;
    expect("live-objects");
    full->live++;
    *(uint32_t *)row.heap.base += 100;
    expect("current-region");
    *(uint32_t *)row.heap.base -= 100;
    row_expect_sound(&row);
    *area_word(p[5]) &= ~(uint64_t)AREA_IN_USE;
    *area_word(p[4]) &= ~(uint64_t)AREA_IN_USE;
    current->live = 0;
    expect("empty-region");
}
END_TEST

START_TEST(words_overwritten)
{
    static const char *const names[] = {"arena", "pool"};
    row_open(&row, names[_i]);
    row_fill_all(&row, p, 3, 1000);
    uint64_t word = *area_word(p[1]);
    *area_word(p[1]) = word & UINT32_MAX;
    expect("size-leads-astray");
    *area_word(p[1]) = word | UINT64_C(1) << 60;
    expect("size-leads-astray");
    *area_word(p[1]) = word + 16;
    expect("distance-to-area");
    *area_word(p[1]) = word | 8;
    expect("unknown-flag");
    *area_word(p[1]) = word | 2;
    *(uint64_t *)p[1] = 16;
    expect("displacement");
}
END_TEST

/* ---- pool ---------------------------------------------------------------- */

START_TEST(pools_hold_one_size)
{
    row_open(&row, "pool:objects=4");
    p[0] = row_fill(&row, 100), p[1] = row_fill(&row, 1000),
    p[2] = row_fill(&row, 97);
    ck_assert_ptr_eq(p[2], p[0] + 112);
    expect_mappings(2, 12288);
    row_give(&row, p[0]);
    ck_assert_ptr_eq(row_fill(&row, 1000), p[1] + 1024);
    ck_assert_ptr_eq(row_fill(&row, 104), p[0]);
    row_fill(&row, 65536);
    expect_mappings(3, 12288 + 69632);
}
END_TEST

START_TEST(pool_goes_with_its_last_object)
{
    row_open(&row, "pool:objects=4");
    row_fill_all(&row, p, 8, 1000);
    expect_mappings(2, 16384);
    for (size_t i = 0; i < 8; i++) {
        row_give(&row, p[i]);
    }
    expect_mappings(1, 8192);
    row_expect_sound(&row);
}
END_TEST

START_TEST(pools_overwritten)
{
    row_open(&row, "pool:objects=4");
    row_fill_all(&row, p, 3, 1000);
    row_give(&row, p[0]), row_give(&row, p[1]);
    struct area *pool = area_of(p[2]);
    uint64_t kept = pool->free;
    pool->free = 16;
    expect("free-object");
    pool->free = area_distance(p[2]);
    expect("free-object");
    pool->free = area_distance(p[0]);
    expect("free-object");
    *(uint64_t *)p[0] = kept;
    expect("free-object");
    *(uint64_t *)p[0] = 0;
    pool->free = kept;
    pool->next = area_page(&row.heap, pool);
    expect("list-of-pools");
    pool->next = 0;
    pool->class ++;
    expect("object-size");
    pool->class --;
    row_expect_sound(&row);
    memset(row.heap.base + 16, 0, row.heap.brk - 16);
    expect("list-of-pools");
}
END_TEST

START_TEST(pool_was_never_used)
{
    row_open(&row, "pool:objects=4");
    row_fill_all(&row, p, 1, 1000);
    struct area *pool = area_of(p[0]);
    pool->top = AREA_FIRST;
    pool->live = 0;
    expect("pool-never-used");
}
END_TEST

/* ---- page-list ----------------------------------------------------------- */

START_TEST(pages_are_cut_and_go_when_free)
{
    row_open(&row, "page-list");
    row_fill_all(&row, p, 4, 1000);
    ck_assert_ptr_eq(p[1], p[0] + 1008);
    expect_mappings(1, 4096);
    p[4] = row_fill(&row, 1100);
    expect_mappings(2, 8192);
    row_give(&row, p[0]), row_give(&row, p[2]), row_give(&row, p[3]);
    expect_mappings(2, 8192);
    row_give(&row, p[1]);
    expect_mappings(1, 4096);
    row_give(&row, p[4]);
    expect_mappings(0, 0);
}
END_TEST

START_TEST(a_page_or_more_is_mapped)
{
    row_open(&row, "page-list");
    p[0] = row_fill(&row, 4072);
    expect_mappings(1, 4096);
    p[1] = row_fill(&row, 4073);
    expect_mappings(2, 8192);
    ck_assert_uint_eq(row.policy->usable_size(&row.heap, p[1]), 4080);
    p[2] = row_fill(&row, 4081);
    expect_mappings(3, 16384);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[2], 100), p[2]);
    expect_mappings(3, 12288);
    row_give(&row, p[0]), row_give(&row, p[1]), row_give(&row, p[2]);
    expect_mappings(0, 0);
}
END_TEST

START_TEST(blocks_take_their_free_neighbour)
{
    row_open(&row, "page-list");
    row_fill_all(&row, p, 3, 1000);
    row_give(&row, p[1]);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 1500), p[0]);
    ck_assert_ptr_eq(row_fill(&row, 400), p[0] + 1520);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, p[0], 1000), p[0]);
    ck_assert_ptr_ne(row.policy->realloc(&row.heap, p[0], 2000), p[0]);
    row_expect_sound(&row);
}
END_TEST

START_TEST(page_list_overwritten)
{
    row_open(&row, "page-list");
    row_fill_all(&row, p, 4, 1000);
    p[4] = row_fill(&row, 5000);
    row_give(&row, p[0]), row_give(&row, p[2]);
    uint64_t *word = area_word(p[1]), *large = area_word(p[4]);
    uint64_t kept = *word;
    *word = AREA_IN_USE;
    expect("size-leads-astray");
    *word = kept + 4096;
    expect("size-leads-astray");
    *word = kept | 8;
    expect("size-leads-astray");
    *word = kept & ~(uint64_t)AREA_IN_USE;
    expect("uncoalesced-neighbours");
    *word = kept;
    *large += 4096;
    expect("large-block");
    *large -= 4096;
    *large &= ~(uint64_t)AREA_IN_USE;
    expect("large-block");
    *large |= AREA_IN_USE;
    *large |= 2;
    *(uint64_t *)p[4] = 0;
    expect("displacement");
    *large &= ~UINT64_C(2);
    row_expect_sound(&row);
}
END_TEST

START_TEST(free_list_overwritten)
{
    row_open(&row, "page-list");
    row_fill_all(&row, p, 4, 1000);
    row_give(&row, p[0]), row_give(&row, p[2]);
    uint64_t *first = (uint64_t *)row.heap.base, *next = (uint64_t *)p[0];
    uint64_t kept = *first, second = *next;
    *first = second;
    expect("free-block-not-in-list");
    *first = UINT64_MAX / 2;
    expect("free-list");
    *first = kept;
    *next = kept;
    expect("free-list");
    *next = (uint64_t)((unsigned char *)area_word(p[1]) - row.heap.base);
    expect("free-list");
    *next = second;
    row_expect_sound(&row);
}
END_TEST

/* A page that should have gone. */
START_TEST(page_is_free)
{
    row_open(&row, "page-list");
    row_fill_all(&row, p, 1, 4072);
    *area_word(p[0]) &= ~(uint64_t)AREA_IN_USE;
    expect("free-page");
}
END_TEST

Suite *areas_suite(void)
{
    const TTest *const tests[] = {
        region_is_emptied_with_its_last_object,
        region_goes_when_another_is_current,
        last_object_is_resized_in_place,
        arena_overwritten,
        pools_hold_one_size,
        pool_goes_with_its_last_object,
        pools_overwritten,
        pool_was_never_used,
        pages_are_cut_and_go_when_free,
        a_page_or_more_is_mapped,
        blocks_take_their_free_neighbour,
        page_list_overwritten,
        free_list_overwritten,
        page_is_free,
    };
    Suite *suite = suite_create("areas");
    TCase *all = tcase_create("areas");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(all, tests[i]);
    }
    tcase_add_loop_test(all, words_overwritten, 0, 2);
    suite_add_tcase(suite, all);
    return suite;
}
