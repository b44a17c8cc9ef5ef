/*
 * test_slabs.c -- slabs and runs of pages: who gets which, what is given back,
 * and every invariant broken on purpose.
 */
#include <check.h>
#include <string.h>

#include "allocator/block/slabs.h"
#include "tests/support/row.h"

static struct row row;
static unsigned char *p[600];

static void close_row(void)
{
    row_close(&row);
}

static struct page *entry_of(const void *payload)
{
    return page_at(&row.heap, slab_of(&row.heap, payload));
}

static size_t pages_in_heap(void)
{
    return row.heap.brk / HEAP_PAGE;
}

static const char *const both[] = {"slab", "segregated-storage"};

START_TEST(objects_lie_side_by_side)
{
    row_open(&row, both[_i]);
    row_fill_all(&row, p, 256, 16);
    for (size_t i = 0; i < 256; i++) {
        ck_assert_ptr_eq(p[i], row.heap.base + HEAP_PAGE + i * 16);
    }
    ck_assert_uint_eq(pages_in_heap(), 2);
    row_fill(&row, 16);
    ck_assert_uint_eq(pages_in_heap(), 3);
}
END_TEST

/* With 4 classes: 16 32 48 64 80 96 112 128 160 192 224 256 320 ... */
START_TEST(sizes_are_rounded_up_to_classes)
{
    static const size_t sizes[][2] = {{0, 16},    {1, 16},     {17, 32},
                                      {128, 128}, {129, 160},  {257, 320},
                                      {577, 640}, {2049, 2560}};
    row_open(&row, both[_i]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *payload = row.policy->malloc(&row.heap, sizes[i][0]);
        ck_assert_uint_eq(row.policy->usable_size(&row.heap, payload),
                          sizes[i][1]);
    }
}
END_TEST

/* 2560 bytes: one page holds 1, three pages 4 with 2048 of 12288 bytes left. */
START_TEST(slabs_lose_an_eighth_at_most)
{
    row_open(&row, both[_i]);
    for (size_t size = 16; size <= 4096; size += 16) {
        void *payload = row_fill(&row, size);
        const struct page *entry = entry_of(payload);
        size_t object = row.policy->usable_size(&row.heap, payload);
        ck_assert_uint_eq(entry->kind, PAGE_SLAB);
        ck_assert_uint_ge(8 * entry->objects * object,
                          7 * entry->run * HEAP_PAGE);
    }
}
END_TEST

START_TEST(last_freed_is_first_taken)
{
    row_open(&row, both[_i]);
    row_fill_all(&row, p, 10, 48);
    row_give(&row, p[3]), row_give(&row, p[7]);
    ck_assert_ptr_eq(row_fill(&row, 48), p[7]);
    ck_assert_ptr_eq(row_fill(&row, 48), p[3]);
    ck_assert_ptr_eq(row_fill(&row, 48), p[9] + 48);
}
END_TEST

START_TEST(empty_slabs_are_given_back_but_one)
{
    row_open(&row, "slab");
    row_fill_all(&row, p, 512, 16);
    for (size_t i = 0; i < 512; i++) {
        row_give(&row, p[i]);
    }
    ck_assert_uint_eq(pages_in_heap(), 3);
    ck_assert_ptr_eq(row_fill(&row, 4096), p[256]);
    ck_assert_uint_eq(pages_in_heap(), 3);
    unsigned char *last =
        row_fill(&row, 4096); /* the one that was kept is reaped */
    ck_assert_ptr_eq(last, p[0]);
    ck_assert_uint_eq(pages_in_heap(), 3);
}
END_TEST

START_TEST(trim_gives_what_is_kept_back)
{
    row_open(&row, "slab");
    row_fill_all(&row, p, 256, 16);
    for (size_t i = 0; i < 256; i++) {
        row_give(&row, p[i]);
    }
    ck_assert_uint_eq(pages_in_heap(), 2);
    row.policy->trim(&row.heap);
    ck_assert_uint_eq(pages_in_heap(), 1);
}
END_TEST

START_TEST(storage_stays_with_its_class)
{
    row_open(&row, "segregated-storage");
    row_fill_all(&row, p, 512, 16);
    for (size_t i = 0; i < 512; i++) {
        row_give(&row, p[i]);
    }
    row_fill(&row, 32);
    ck_assert_uint_eq(pages_in_heap(), 4);
    void *large = row_fill(&row, 100000);
    size_t pages = pages_in_heap();
    row_give(&row, large);
    ck_assert_ptr_eq(row_fill(&row, 99000), large);
    row_fill(&row, 50000);
    ck_assert_uint_gt(pages_in_heap(), pages);
}
END_TEST

START_TEST(runs_merge_and_are_cut)
{
    row_open(&row, "slab");
    unsigned char *a = row_fill(&row, 8192), *b = row_fill(&row, 8192),
                  *c = row_fill(&row, 8192);
    row_fill(&row, 5000);
    row_give(&row, a), row_give(&row, c), row_give(&row, b);
    ck_assert_uint_eq(page_at(&row.heap, 1)->run, 6);
    ck_assert_ptr_eq(row_fill(&row, 20000), a);
    ck_assert_uint_eq(page_at(&row.heap, 6)->run, 1);
    ck_assert_uint_eq(pages_in_heap(), 9);
}
END_TEST

START_TEST(runs_are_resized_in_place)
{
    row_open(&row, "slab");
    unsigned char *a = row_fill(&row, 20000), *b = row_fill(&row, 8192);
    row_fill(&row, 8192);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, a, 9000), a);
    ck_assert_uint_eq(entry_of(a)->run, 3);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, a, 20480), a);
    row_give(&row, b);
    ck_assert_ptr_eq(row.policy->realloc(&row.heap, a, 20481), a);
    ck_assert_uint_eq(entry_of(a)->run, 6);
    ck_assert_ptr_ne(row.policy->realloc(&row.heap, a, 30000), a);
}
END_TEST

/* The table in page 0 has room for some 140 pages; then it moves. */
START_TEST(table_moves_when_it_is_full)
{
    row_open(&row, both[_i]);
    for (size_t i = 0; i < 600; i++) {
        p[i] = row_fill(&row, 4096);
    }
    ck_assert_uint_gt(pages_root(&row.heap)->table_mapping, 0);
    ck_assert_uint_eq(row.heap.mappings.n, 1);
    for (size_t i = 0; i < 600; i++) {
        row_give(&row, p[i]);
    }
    struct policy_fault fault;
    ck_assert_int_eq(row.policy->check(&row.heap, &fault), 0);
}
END_TEST

/* ---- check --------------------------------------------------------------- */

/*
 * Page 1: slab of 48 bytes, objects 0, 2 and 3 in use; 2 and 3: a whole run; 4
 * and 5: a slab of 2560 bytes; 6 to 8: free; 9 and 10: a whole run.
 */
static void open_heap(void)
{
    row_open(&row, "slab");
    row_fill_all(&row, p, 4, 48);
    row_fill(&row, 8192);
    unsigned char *hole = row_fill(&row, 20000);
    row_fill(&row, 8000);
    row_give(&row, hole);
    row_give(&row, p[1]);
    row_fill(&row, 2500);
    struct policy_fault fault;
    ck_assert_int_eq(row.policy->check(&row.heap, &fault), 0);
}

static void expect(const char *rule)
{
    row_expect_rule(&row, rule);
}

static struct page *page(uint32_t n)
{
    return page_at(&row.heap, n);
}

START_TEST(root_overwritten)
{
    open_heap();
    slabs_root(&row.heap)->log2_classes = SLAB_MOST_LOG2 + 1;
    expect("root");
    slabs_root(&row.heap)->log2_classes = 2;
    slabs_root(&row.heap)->least_pages = 0;
    expect("root");
}
END_TEST

START_TEST(table_overwritten)
{
    open_heap();
    struct pages_root *root = pages_root(&row.heap);
    root->n++;
    expect("table");
    root->n--;
    root->table_offset += 16;
    expect("table");
    root->table_mapping = 4096;
    expect("table");
}
END_TEST

START_TEST(slab_overwritten)
{
    open_heap();
    struct page kept = *page(1);
    page(1)->class = UINT16_MAX;
    expect("slab-class");
    page(1)->class = kept.class + 1;
    expect("slab-counts");
    page(1)->class = kept.class;
    page(1)->used = kept.fresh + 1;
    expect("slab-counts");
    page(1)->used = kept.used + 1;
    expect("objects-in-use");
    page(1)->used = kept.used;
    page(1)->free++;
    expect("free-object");
    page(1)->free = (uint16_t)(3 * kept.fresh);
    expect("free-object");
}
END_TEST

START_TEST(free_objects_go_round)
{
    open_heap();
    *(uint16_t *)p[1] = page(1)->free;
    expect("free-object");
}
END_TEST

START_TEST(runs_overwritten)
{
    open_heap();
    page(2)->run = 0;
    expect("run-leads-astray");
    page(2)->run = 1000;
    expect("run-leads-astray");
    page(2)->run = 2;
    page(2)->kind = PAGE_ROOT;
    expect("page-kind");
    page(2)->kind = PAGE_WHOLE;
    page(3)->kind = PAGE_FREE;
    expect("end-of-run");
}
END_TEST

START_TEST(free_runs_overwritten)
{
    open_heap();
    page(8)->kind = PAGE_INNER;
    expect("end-of-free-run");
    page(8)->kind = PAGE_FREE;
    page(8)->run = 2;
    expect("end-of-free-run");
    page(6)->run = 1;
    page(7)->run = 2;
    page(7)->kind = PAGE_FREE;
    expect("uncoalesced-runs");
}
END_TEST

START_TEST(inner_page_is_lost)
{
    open_heap();
    page(5)->next = 1;
    expect("inner-page");
    page(5)->next = 4;
    page(5)->kind = PAGE_WHOLE;
    expect("inner-page");
}
END_TEST

START_TEST(lists_overwritten)
{
    open_heap();
    struct pages_root *root = pages_root(&row.heap);
    const uint32_t hole = 6, list = 2;
    root->bits ^= 1u << 7;
    expect("list-bits");
    root->bits ^= 1u << 7;
    root->heads[list] = root->n;
    expect("list-link");
    root->heads[list] = 1;
    expect("wrong-list");
    root->heads[list] = hole;
    page(hole)->previous = 1;
    expect("list-link-back");
    page(hole)->previous = 0;
    root->heads[list] = 0;
    root->bits = 0;
    expect("free-run-in-no-list");
}
END_TEST

/* The last page of a free run, which tells its length too, is no run. */
START_TEST(end_of_a_run_is_listed)
{
    open_heap();
    page(6)->next = 8;
    page(8)->previous = 6;
    expect("list-too-long");
}
END_TEST

START_TEST(slab_lists_overwritten)
{
    open_heap();
    uint32_t *head = &slabs_root(&row.heap)->partial[page(1)->class];
    ck_assert_uint_eq(*head, 1);
    *head = 0;
    expect("slab-in-no-list");
    *head = 4;
    expect("wrong-list");
}
END_TEST

Suite *slabs_suite(void)
{
    const TTest *const once[] = {
        empty_slabs_are_given_back_but_one,
        trim_gives_what_is_kept_back,
        storage_stays_with_its_class,
        runs_merge_and_are_cut,
        runs_are_resized_in_place,
        root_overwritten,
        table_overwritten,
        slab_overwritten,
        free_objects_go_round,
        runs_overwritten,
        free_runs_overwritten,
        inner_page_is_lost,
        lists_overwritten,
        end_of_a_run_is_listed,
        slab_lists_overwritten,
    };
    const TTest *const twice[] = {
        objects_lie_side_by_side,     sizes_are_rounded_up_to_classes,
        slabs_lose_an_eighth_at_most, last_freed_is_first_taken,
        table_moves_when_it_is_full,
    };
    Suite *suite = suite_create("slabs");
    TCase *all = tcase_create("slabs");
    tcase_add_checked_fixture(all, NULL, close_row);
    for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
        tcase_add_test(all, once[i]);
    }
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        tcase_add_loop_test(all, twice[i], 0, 2);
    }
    suite_add_tcase(suite, all);
    return suite;
}
