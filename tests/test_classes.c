/*
 * test_classes.c -- the size classes of threads' caches.
 */
#include <check.h>
#include <stdint.h>

#include "allocator/preload/classes.h"

START_TEST(each_size_has_the_smallest_class_that_holds_it)
{
    for (size_t size = 1; size <= CLASS_MOST_BYTES; size++) {
        size_t class = class_of(size);
        ck_assert_uint_ge(class, 1);
        ck_assert_uint_le(class, CLASSES);
        ck_assert_uint_ge(class_bytes(class), size);
        if (class > 2) {
            ck_assert_uint_lt(class_bytes(class - 1), size);
        }
    }
    ck_assert_uint_eq(class_of(CLASS_MOST_BYTES), CLASSES);
}
END_TEST

START_TEST(no_class_wastes_more_than_it_says)
{
    ck_assert_uint_eq(class_bytes(class_of(1)), CLASS_LEAST_BYTES);
    for (size_t size = CLASS_LEAST_BYTES; size <= CLASS_MOST_BYTES; size++) {
        size_t waste = class_bytes(class_of(size)) - size;
        ck_assert_uint_lt(waste, size <= CLASS_FINE_BYTES ? 16 : size / 8);
        ck_assert_uint_eq((size + waste) % 16, 0);
    }
}
END_TEST

START_TEST(other_sizes_have_none)
{
    ck_assert_uint_eq(class_of(0), 0);
    ck_assert_uint_eq(class_of(CLASS_MOST_BYTES + 1), 0);
    ck_assert_uint_eq(class_of(SIZE_MAX), 0);
}
END_TEST

Suite *classes_suite(void)
{
    Suite *suite = suite_create("classes");
    TCase *sizes = tcase_create("sizes");
    tcase_add_test(sizes, each_size_has_the_smallest_class_that_holds_it);
    tcase_add_test(sizes, no_class_wastes_more_than_it_says);
    tcase_add_test(sizes, other_sizes_have_none);
    suite_add_tcase(suite, sizes);
    return suite;
}
