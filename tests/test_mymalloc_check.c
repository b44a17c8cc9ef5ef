/*
 * test_mymalloc_check.c -- the flagship's check finds each invariant that is
 * broken on purpose.
 */
#include <check.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/holes.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/pool.h"
#include "tests/support/row.h"

enum { MANY = 3000 };

static struct row row;
static unsigned char *payloads[MANY];

static void open_row(void)
{
    row_open(&row, "mymalloc");
}

static void close_row(void)
{
    row_close(&row);
}

/*
 * A heap with areas that have holes, kept objects, listed free blocks and a
 * victim of each kind.
 */
static void furnish(void)
{
    row_fill_all(&row, payloads, MANY, 24);
    for (int i = 0; i < MANY; i += 3) {
        row.policy->free(&row.heap, payloads[i]);
        payloads[i] = row.policy->malloc(&row.heap, 5000 + (size_t)i);
    }
    for (int i = 0; i < MANY; i += 6) {
        row.policy->free(&row.heap, payloads[i]);
    }
    row.policy->free(&row.heap, payloads[MANY - 2]);
    row_expect_sound(&row);
}

/* A listed hole between small objects. */
static uint32_t any_hole(void)
{
    const struct tables *tables = tables_of(&row.heap);
    for (uint32_t g = 0; g < GROUPS; g++) {
        for (uint32_t i = 0; i < HOLE_BINS; i++) {
            if (tables->groups[g].holes[i] != 0) {
                return tables->groups[g].holes[i];
            }
        }
    }
    ck_abort_msg("no hole is listed");
}

/* The first block of a bin. */
static uint32_t any_listed(void)
{
    const struct tables *tables = tables_of(&row.heap);
    for (uint32_t i = 0; i < tables->n_bins; i++) {
        if (tables_bins(tables)[i] != 0) {
            return tables_bins(tables)[i];
        }
    }
    ck_abort_msg("no block is listed");
}

START_TEST(top_beyond_the_break)
{
    furnish();
    root_of(&row.heap)->top = end_unit(&row.heap) + 1;
    row_expect_rule(&row, "root-beyond-break");
}
END_TEST

START_TEST(word_at_top)
{
    furnish();
    *word_of(&row.heap, root_of(&row.heap)->top) &= ~PREV_IN_USE;
    row_expect_rule(&row, "top-word");
}
END_TEST

START_TEST(size_of_a_block)
{
    furnish();
    *word_of(&row.heap, 1) = UINT32_MAX;
    row_expect_rule(&row, "block-past-top");
    *word_of(&row.heap, 1) = PREV_IN_USE | IN_USE;
    row_expect_rule(&row, "block-past-top");
}
END_TEST

START_TEST(flag_of_the_block_before)
{
    furnish();
    uint32_t free_block = any_listed();
    *word_of(&row.heap, free_block + units_of(&row.heap, free_block)) |=
        PREV_IN_USE;
    row_expect_rule(&row, "previous-flag");
}
END_TEST

START_TEST(end_of_a_free_block)
{
    furnish();
    uint32_t free_block = any_listed();
    word_of(&row.heap, free_block + units_of(&row.heap, free_block))[-1]++;
    row_expect_rule(&row, "free-end");
}
END_TEST

START_TEST(links_of_a_free_block)
{
    furnish();
    links_of(&row.heap, any_listed())->previous = 1;
    row_expect_rule(&row, "bin-list");
    links_of(&row.heap, any_listed())->previous = 0;
    links_of(&row.heap, any_listed())->next = any_listed();
    row_expect_rule(&row, "bin-list");
}
END_TEST

START_TEST(bits_of_the_bins)
{
    furnish();
    tables_occupied(tables_of(&row.heap))[0] ^= 2;
    row_expect_rule(&row, "bin-bits");
}
END_TEST

START_TEST(lost_victim)
{
    furnish();
    ck_assert_uint_ne(tables_of(&row.heap)->victim, 0);
    tables_of(&row.heap)->victim = 0;
    row_expect_rule(&row, "free-lost");
}
END_TEST

START_TEST(size_of_a_hole)
{
    furnish();
    hole_of(&row.heap, any_hole())->units++;
    row_expect_rule(&row, "hole");
}
END_TEST

START_TEST(end_of_a_hole)
{
    furnish();
    uint32_t hole = any_hole();
    ++*hole_end(&row.heap, hole + hole_of(&row.heap, hole)->units);
    row_expect_rule(&row, "hole-end");
}
END_TEST

START_TEST(links_of_a_hole)
{
    furnish();
    hole_of(&row.heap, any_hole())->previous = 1;
    row_expect_rule(&row, "hole-list");
    hole_of(&row.heap, any_hole())->previous = 0;
    hole_of(&row.heap, any_hole())->next = any_hole();
    row_expect_rule(&row, "hole-list");
}
END_TEST

START_TEST(lost_hole)
{
    furnish();
    const struct hole *hole = hole_of(&row.heap, any_hole());
    uint32_t list = holes_bin(hole->units);
    tables_of(&row.heap)->groups[hole->group].holes[list] = 0;
    tables_of(&row.heap)->groups[hole->group].occupied ^= (uint32_t)1 << list;
    row_expect_rule(&row, "hole-lost");
}
END_TEST

START_TEST(bits_of_an_area)
{
    furnish();
    uint32_t hole = any_hole();
    bits_clear_start(tables_of(&row.heap), hole);
    row_expect_rule(&row, "hole-list");
    bits_set_start(tables_of(&row.heap), hole);
    uint32_t block = unit_of(&row.heap, payloads[3]);
    ck_assert(my_bits_provide(tables_of(&row.heap), block, block));
    bits_set_start(tables_of(&row.heap), block + 1);
    row_expect_rule(&row, "bits");
}
END_TEST

START_TEST(places_of_the_chunks)
{
    furnish();
    struct tables *tables = tables_of(&row.heap);
    tables->map[tables->granules - 1] = tables->bytes;
    row_expect_rule(&row, "map");
    tables->map[tables->granules - 1] = NO_CHUNK;
    tables->n_free_chunks++;
    row_expect_rule(&row, "chunks");
    tables->n_free_chunks--;
    tables->none.holes[1] = 1;
    row_expect_rule(&row, "chunks");
}
END_TEST

START_TEST(kept_objects)
{
    furnish();
    struct tables *tables = tables_of(&row.heap);
    ck_assert_uint_ne(tables->kept, 0);
    tables->kept++;
    row_expect_rule(&row, "kept-list");
    tables->kept--;
    uint32_t object = unit_of(&row.heap, payloads[MANY - 2]);
    uint32_t link = *kept_link(&row.heap, object);
    *kept_link(&row.heap, object) = object;
    row_expect_rule(&row, "kept-list");
    *kept_link(&row.heap, object) = unit_of(&row.heap, payloads[MANY - 5]) + 1;
    row_expect_rule(&row, "kept-list");
    *kept_link(&row.heap, object) = link;
    row_expect_sound(&row);
}
END_TEST

START_TEST(shape_of_the_tables)
{
    furnish();
    tables_of(&row.heap)->bins_offset += 8;
    row_expect_rule(&row, "tables");
}
END_TEST

/* The rest of the rules, each broken by one stroke. */

static void tables_at_the_top(void)
{
    root_of(&row.heap)->tables = root_of(&row.heap)->top;
}

/* Sound ones, but in the middle of a payload. */
static void tables_in_a_payload(void)
{
    uint32_t unit =
        unit_of(&row.heap, row.policy->malloc(&row.heap, 1 << 20)) + 1;
    *word_of(&row.heap, unit) = *word_of(&row.heap, root_of(&row.heap)->tables);
    memcpy(address_of(&row.heap, unit), tables_of(&row.heap),
           tables_of(&row.heap)->bytes);
    root_of(&row.heap)->tables = unit;
}

static void block_behind_a_free_one_is_free(void)
{
    uint32_t block = any_listed();
    *word_of(&row.heap, block + units_of(&row.heap, block)) &= ~IN_USE;
}

static void block_at_the_top_is_free(void)
{
    uint32_t block = unit_of(&row.heap, row.policy->malloc(&row.heap, 1 << 20));
    ck_assert_uint_eq(block + units_of(&row.heap, block),
                      root_of(&row.heap)->top);
    *word_of(&row.heap, block) &= ~IN_USE;
    word_of(&row.heap, root_of(&row.heap)->top)[-1] =
        units_of(&row.heap, block);
}

static void free_chunk_nowhere(void)
{
    tables_of(&row.heap)->free_chunks = tables_of(&row.heap)->bytes;
}

static void area_of_an_end_mark(void)
{
    uint32_t first = my_bits_next(tables_of(&row.heap), 0);
    ck_assert(!bits_is_hole(tables_of(&row.heap), first));
    bits_set_hole(tables_of(&row.heap), first);
    hole_of(&row.heap, first)->units = 0;
}

static void area_without_an_end_mark(void)
{
    uint32_t last = 0;
    for (uint32_t unit = 0; unit != UINT32_MAX;
         unit = my_bits_next(tables_of(&row.heap), unit)) {
        last = unit;
    }
    bits_clear_start(tables_of(&row.heap), last);
}

static void bin_leads_beyond_the_top(void)
{
    links_of(&row.heap, any_listed())->next = root_of(&row.heap)->top;
}

static void block_in_a_larger_bin(void)
{
    struct tables *tables = tables_of(&row.heap);
    uint32_t block = any_listed(), last = tables->n_bins - 1;
    bins_remove(&row.heap, tables_of(&row.heap), block,
                units_of(&row.heap, block));
    ck_assert_uint_eq(tables_bins(tables)[last], 0);
    tables_bins(tables)[last] = block;
    tables_occupied(tables)[last / BINS_PER_WORD] |= UINT64_C(1)
                                                     << last % BINS_PER_WORD;
    *links_of(&row.heap, block) = (struct links){0};
}

static void victim_beyond_the_top(void)
{
    tables_of(&row.heap)->victim = root_of(&row.heap)->top;
}

static void bit_of_a_hole_list(void)
{
    tables_of(&row.heap)->groups[1].occupied ^= 1;
}

static void victim_is_an_object(void)
{
    tables_of(&row.heap)->groups[0].victim = unit_of(&row.heap, payloads[1]);
}

static void huge_list_is_lost(void)
{
    ck_assert_ptr_nonnull(row.policy->malloc(&row.heap, HUGE_FROM_BYTES));
    tables_of(&row.heap)->huge = NULL;
}

static void huge_list_leads_back(void)
{
    void *payload = row.policy->malloc(&row.heap, HUGE_FROM_BYTES);
    ck_assert_ptr_nonnull(payload);
    huge_of(payload)->previous = huge_of(payload);
}

static const struct {
    const char *rule;
    void (*overwrite)(void);
} strokes[] = {
    {"tables", tables_at_the_top},
    {"tables", tables_in_a_payload},
    {"free-neighbours", block_behind_a_free_one_is_free},
    {"free-neighbours", block_at_the_top_is_free},
    {"chunks", free_chunk_nowhere},
    {"area", area_of_an_end_mark},
    {"area", area_without_an_end_mark},
    {"bin-list", bin_leads_beyond_the_top},
    {"bin-list", block_in_a_larger_bin},
    {"bin-list", victim_beyond_the_top},
    {"hole-list", bit_of_a_hole_list},
    {"hole-list", victim_is_an_object},
    {"huge-list", huge_list_is_lost},
    {"huge-list", huge_list_leads_back},
};

START_TEST(one_stroke)
{
    furnish();
    strokes[_i].overwrite();
    row_expect_rule(&row, strokes[_i].rule);
}
END_TEST

Suite *mymalloc_check_suite(void)
{
    const TTest *const tests[] = {
        top_beyond_the_break, word_at_top,
        size_of_a_block,      flag_of_the_block_before,
        end_of_a_free_block,  links_of_a_free_block,
        bits_of_the_bins,     lost_victim,
        size_of_a_hole,       end_of_a_hole,
        links_of_a_hole,      lost_hole,
        bits_of_an_area,      places_of_the_chunks,
        kept_objects,         shape_of_the_tables,
    };
    Suite *suite = suite_create("mymalloc-check");
    TCase *tcase = tcase_create("check finds");
    tcase_add_checked_fixture(tcase, open_row, close_row);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    tcase_add_loop_test(tcase, one_stroke, 0, sizeof strokes / sizeof *strokes);
    suite_add_tcase(suite, tcase);
    return suite;
}
