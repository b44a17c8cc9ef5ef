/*
 * test_mymalloc.c -- what the flagship promises beyond the contract: what
 * things cost, and that its check finds each invariant broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/policies/mymalloc/bins.h"
#include "allocator/policies/mymalloc/holes.h"
#include "allocator/policies/mymalloc/huge.h"
#include "allocator/policies/mymalloc/pool.h"
#include "allocator/policy.h"

extern const struct policy mymalloc_policy;

enum { MANY = 3000 };

static const struct policy *const policy = &mymalloc_policy;
static struct heap heap;
static void *payloads[MANY];

static void open_heap(void)
{
    ck_assert_int_eq(heap_init(&heap, NULL), 0);
    ck_assert_int_eq(policy->init(&heap, NULL), 0);
}

static void close_heap(void)
{
    heap_destroy(&heap);
}

static void expect_sound(void)
{
    struct policy_fault fault = {0};
    int status = policy->check(&heap, &fault);
    ck_assert_msg(status == 0, "%s: %s", fault.rule, fault.detail);
}

static void expect(const char *rule)
{
    struct policy_fault fault = {0};
    ck_assert_int_eq(policy->check(&heap, &fault), -1);
    ck_assert_str_eq(fault.rule, rule);
    ck_assert_str_ne(fault.detail, "");
}

/* Fills payloads with objects of size bytes. */
static void allocate_many(size_t size)
{
    for (int i = 0; i < MANY; i++) {
        payloads[i] = policy->malloc(&heap, size);
        ck_assert_ptr_nonnull(payloads[i]);
    }
}

/* ---- what things cost ---------------------------------------------------- */

/* Without tables the search for a hole would look at all of them. */
START_TEST(aligned_blocks_alone_make_tables_too)
{
    for (int i = 0; i < MANY; i++) {
        ck_assert_ptr_nonnull(policy->memalign(&heap, 4096, 100));
    }
    ck_assert_ptr_nonnull(tables_of(&heap));
    expect_sound();
}
END_TEST

START_TEST(a_heap_costs_16_bytes_and_grows_by_what_is_missing)
{
    ck_assert_uint_eq(heap.brk, 16);
    policy->malloc(&heap, 12);
    ck_assert_uint_eq(heap.brk, 32);
    policy->malloc(&heap, 28);
    ck_assert_uint_eq(heap.brk, 64);
    policy->malloc(&heap, 32);
    ck_assert_uint_eq(heap.brk, 112);
}
END_TEST

START_TEST(many_of_a_size_pay_no_headers)
{
    allocate_many(32);
    ck_assert_uint_le(heap.brk, 32 * MANY * 106 / 100);
    expect_sound();
}
END_TEST

START_TEST(small_objects_do_not_pin_the_holes_of_large_ones)
{
    for (int i = 0; i < MANY; i += 2) {
        payloads[i] = policy->malloc(&heap, 64);
        payloads[i + 1] = policy->malloc(&heap, 448);
    }
    size_t before = heap.brk;
    for (int i = 1; i < MANY; i += 2) {
        policy->free(&heap, payloads[i]);
    }
    for (int i = 0; i < MANY / 3; i++) {
        ck_assert_ptr_nonnull(policy->malloc(&heap, 512));
    }
    ck_assert_uint_le(heap.brk, before + before / 50);
    expect_sound();
}
END_TEST

START_TEST(a_block_that_grows_by_steps_stays_one_heap)
{
    unsigned char *growing = policy->malloc(&heap, 4092);
    void *small = policy->malloc(&heap, 16);
    size_t bytes = 4092;
    while (bytes < 60000) {
        bytes += 37;
        growing = policy->realloc(&heap, growing, bytes);
        growing[bytes - 1] = 1;
        void *next = policy->malloc(&heap, 16);
        policy->free(&heap, small);
        small = next;
    }
    expect_sound();
    ck_assert_uint_le(heap_peak(&heap), bytes * 9 / 8);
}
END_TEST

START_TEST(all_memory_can_serve_one_request_again)
{
    allocate_many(40);
    size_t before = heap.brk;
    for (int i = 0; i < MANY; i++) {
        policy->free(&heap, payloads[i]);
    }
    policy->trim(&heap);
    ck_assert_uint_le(heap.brk, before / 8);
    expect_sound();
}
END_TEST

START_TEST(a_freed_small_object_is_the_next_one)
{
    allocate_many(40);
    policy->free(&heap, payloads[MANY - 7]);
    policy->free(&heap, payloads[MANY - 9]);
    expect_sound();
    ck_assert_ptr_eq(policy->malloc(&heap, 37), payloads[MANY - 9]);
    ck_assert_ptr_eq(policy->malloc(&heap, 40), payloads[MANY - 7]);
}
END_TEST

/* ---- each invariant broken ----------------------------------------------- */

/*
 * A heap with areas that have holes, kept objects, listed free blocks and a
 * victim of each kind.
 */
static void furnish(void)
{
    allocate_many(24);
    for (int i = 0; i < MANY; i += 3) {
        policy->free(&heap, payloads[i]);
        payloads[i] = policy->malloc(&heap, 5000 + (size_t)i);
    }
    for (int i = 0; i < MANY; i += 6) {
        policy->free(&heap, payloads[i]);
    }
    policy->free(&heap, payloads[MANY - 2]);
    expect_sound();
}

/* A listed hole between small objects. */
static uint32_t any_hole(void)
{
    const struct tables *tables = tables_of(&heap);
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
    const struct tables *tables = tables_of(&heap);
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
    root_of(&heap)->top = end_unit(&heap) + 1;
    expect("root-beyond-break");
}
END_TEST

START_TEST(word_at_top)
{
    furnish();
    *word_of(&heap, root_of(&heap)->top) &= ~PREV_IN_USE;
    expect("top-word");
}
END_TEST

START_TEST(size_of_a_block)
{
    furnish();
    *word_of(&heap, 1) = UINT32_MAX;
    expect("block-past-top");
    *word_of(&heap, 1) = PREV_IN_USE | IN_USE;
    expect("block-past-top");
}
END_TEST

START_TEST(flag_of_the_block_before)
{
    furnish();
    uint32_t free_block = any_listed();
    *word_of(&heap, free_block + units_of(&heap, free_block)) |= PREV_IN_USE;
    expect("previous-flag");
}
END_TEST

START_TEST(end_of_a_free_block)
{
    furnish();
    uint32_t free_block = any_listed();
    word_of(&heap, free_block + units_of(&heap, free_block))[-1]++;
    expect("free-end");
}
END_TEST

START_TEST(links_of_a_free_block)
{
    furnish();
    links_of(&heap, any_listed())->previous = 1;
    expect("bin-list");
    links_of(&heap, any_listed())->previous = 0;
    links_of(&heap, any_listed())->next = any_listed();
    expect("bin-list");
}
END_TEST

START_TEST(bits_of_the_bins)
{
    furnish();
    tables_occupied(tables_of(&heap))[0] ^= 2;
    expect("bin-bits");
}
END_TEST

START_TEST(lost_victim)
{
    furnish();
    ck_assert_uint_ne(tables_of(&heap)->victim, 0);
    tables_of(&heap)->victim = 0;
    expect("free-lost");
}
END_TEST

START_TEST(size_of_a_hole)
{
    furnish();
    hole_of(&heap, any_hole())->units++;
    expect("hole");
}
END_TEST

START_TEST(end_of_a_hole)
{
    furnish();
    uint32_t hole = any_hole();
    ++*hole_end(&heap, hole + hole_of(&heap, hole)->units);
    expect("hole-end");
}
END_TEST

START_TEST(links_of_a_hole)
{
    furnish();
    hole_of(&heap, any_hole())->previous = 1;
    expect("hole-list");
    hole_of(&heap, any_hole())->previous = 0;
    hole_of(&heap, any_hole())->next = any_hole();
    expect("hole-list");
}
END_TEST

START_TEST(lost_hole)
{
    furnish();
    const struct hole *hole = hole_of(&heap, any_hole());
    uint32_t list = holes_bin(hole->units);
    tables_of(&heap)->groups[hole->group].holes[list] = 0;
    tables_of(&heap)->groups[hole->group].occupied ^= (uint32_t)1 << list;
    expect("hole-lost");
}
END_TEST

START_TEST(bits_of_an_area)
{
    furnish();
    uint32_t hole = any_hole();
    bits_clear_start(tables_of(&heap), hole);
    expect("hole-list");
    bits_set_start(tables_of(&heap), hole);
    uint32_t block = unit_of(&heap, payloads[3]);
    ck_assert(my_bits_provide(tables_of(&heap), block, block));
    bits_set_start(tables_of(&heap), block + 1);
    expect("bits");
}
END_TEST

START_TEST(places_of_the_chunks)
{
    furnish();
    struct tables *tables = tables_of(&heap);
    tables->map[tables->granules - 1] = tables->bytes;
    expect("map");
    tables->map[tables->granules - 1] = tables->chunks_offset;
    tables->n_free_chunks++;
    expect("chunks");
}
END_TEST

START_TEST(kept_objects)
{
    furnish();
    struct tables *tables = tables_of(&heap);
    ck_assert_uint_ne(tables->kept, 0);
    tables->kept++;
    expect("kept-list");
    tables->kept--;
    uint32_t object = unit_of(&heap, payloads[MANY - 2]);
    uint32_t link = *kept_link(&heap, object);
    *kept_link(&heap, object) = object;
    expect("kept-list");
    *kept_link(&heap, object) = unit_of(&heap, payloads[MANY - 5]) + 1;
    expect("kept-list");
    *kept_link(&heap, object) = link;
    expect_sound();
}
END_TEST

START_TEST(shape_of_the_tables)
{
    furnish();
    tables_of(&heap)->bins_offset += 8;
    expect("tables");
}
END_TEST

/* The rest of the rules, each broken by one stroke. */

static void tables_at_the_top(void)
{
    root_of(&heap)->tables = root_of(&heap)->top;
}

/* Sound ones, but in the middle of a payload. */
static void tables_in_a_payload(void)
{
    uint32_t unit = unit_of(&heap, policy->malloc(&heap, 1 << 20)) + 1;
    *word_of(&heap, unit) = *word_of(&heap, root_of(&heap)->tables);
    memcpy(address_of(&heap, unit), tables_of(&heap), tables_of(&heap)->bytes);
    root_of(&heap)->tables = unit;
}

static void block_behind_a_free_one_is_free(void)
{
    uint32_t block = any_listed();
    *word_of(&heap, block + units_of(&heap, block)) &= ~IN_USE;
}

static void block_at_the_top_is_free(void)
{
    uint32_t block = unit_of(&heap, policy->malloc(&heap, 1 << 20));
    ck_assert_uint_eq(block + units_of(&heap, block), root_of(&heap)->top);
    *word_of(&heap, block) &= ~IN_USE;
    word_of(&heap, root_of(&heap)->top)[-1] = units_of(&heap, block);
}

static void free_chunk_nowhere(void)
{
    tables_of(&heap)->free_chunks = tables_of(&heap)->bytes;
}

static void area_of_an_end_mark(void)
{
    uint32_t first = my_bits_next(tables_of(&heap), 0);
    ck_assert(!bits_is_hole(tables_of(&heap), first));
    bits_set_hole(tables_of(&heap), first);
    hole_of(&heap, first)->units = 0;
}

static void area_without_an_end_mark(void)
{
    uint32_t last = 0;
    for (uint32_t unit = 0; unit != UINT32_MAX;
         unit = my_bits_next(tables_of(&heap), unit)) {
        last = unit;
    }
    bits_clear_start(tables_of(&heap), last);
}

static void bin_leads_beyond_the_top(void)
{
    links_of(&heap, any_listed())->next = root_of(&heap)->top;
}

static void block_in_a_larger_bin(void)
{
    struct tables *tables = tables_of(&heap);
    uint32_t block = any_listed(), last = tables->n_bins - 1;
    bins_remove(&heap, tables_of(&heap), block, units_of(&heap, block));
    ck_assert_uint_eq(tables_bins(tables)[last], 0);
    tables_bins(tables)[last] = block;
    tables_occupied(tables)[last / BINS_PER_WORD] |= UINT64_C(1)
                                                     << last % BINS_PER_WORD;
    *links_of(&heap, block) = (struct links){0};
}

static void victim_beyond_the_top(void)
{
    tables_of(&heap)->victim = root_of(&heap)->top;
}

static void bit_of_a_hole_list(void)
{
    tables_of(&heap)->groups[1].occupied ^= 1;
}

static void victim_is_an_object(void)
{
    tables_of(&heap)->groups[0].victim = unit_of(&heap, payloads[1]);
}

static void huge_list_is_lost(void)
{
    ck_assert_ptr_nonnull(policy->malloc(&heap, HUGE_FROM_BYTES));
    tables_of(&heap)->huge = NULL;
}

static void huge_list_leads_back(void)
{
    void *payload = policy->malloc(&heap, HUGE_FROM_BYTES);
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
    expect(strokes[_i].rule);
}
END_TEST

Suite *mymalloc_suite(void)
{
    const TTest *const costs[] = {
        a_heap_costs_16_bytes_and_grows_by_what_is_missing,
        aligned_blocks_alone_make_tables_too,
        many_of_a_size_pay_no_headers,
        small_objects_do_not_pin_the_holes_of_large_ones,
        a_block_that_grows_by_steps_stays_one_heap,
        all_memory_can_serve_one_request_again,
        a_freed_small_object_is_the_next_one,
    };
    const TTest *const broken[] = {
        top_beyond_the_break, word_at_top,
        size_of_a_block,      flag_of_the_block_before,
        end_of_a_free_block,  links_of_a_free_block,
        bits_of_the_bins,     lost_victim,
        size_of_a_hole,       end_of_a_hole,
        links_of_a_hole,      lost_hole,
        bits_of_an_area,      places_of_the_chunks,
        kept_objects,         shape_of_the_tables,
    };
    Suite *suite = suite_create("mymalloc");
    TCase *cost = tcase_create("what things cost");
    TCase *check = tcase_create("check finds");
    tcase_add_checked_fixture(cost, open_heap, close_heap);
    tcase_add_checked_fixture(check, open_heap, close_heap);
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        tcase_add_test(cost, costs[i]);
    }
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        tcase_add_test(check, broken[i]);
    }
    tcase_add_loop_test(check, one_stroke, 0, sizeof strokes / sizeof *strokes);
    suite_add_tcase(suite, cost);
    suite_add_tcase(suite, check);
    return suite;
}
