/*
 * test_address_map.c -- against an array that is looked up directly.
 */
#include <check.h>

#include "driver/trace/address_map.h"

enum { PLACES = 3000, ROUNDS = 200000 };

static uint64_t prng(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *state ^ *state >> 29;
}

/* First many addresses, then few that come and go all the time. */
START_TEST(the_map_finds_what_an_array_finds)
{
    static uint32_t known[PLACES]; /* id + 1 by place */
    struct address_map map = {.entries = NULL};
    uint64_t state = 1;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint64_t bits = prng(&state);
        size_t place = (size_t)(bits >> 33) % (i < ROUNDS / 2 ? PLACES : 9);
        uint64_t address = 0x5000 + place * 16;
        uint32_t id = address_map_take(&map, address);
        ck_assert_uint_eq(id, known[place] == 0 ? ADDRESS_MAP_NONE
                                                : known[place] - 1);
        known[place] = 0;
        if (bits >> 63 == 0) {
            ck_assert_int_eq(address_map_add(&map, address, i), 0);
            known[place] = i + 1;
        }
    }
    address_map_free(&map);
}
END_TEST

START_TEST(an_empty_map_has_nothing)
{
    struct address_map map = {.entries = NULL};
    ck_assert_uint_eq(address_map_take(&map, 16), ADDRESS_MAP_NONE);
    ck_assert_int_eq(address_map_add(&map, 16, 5), 0);
    ck_assert_uint_eq(address_map_take(&map, 32), ADDRESS_MAP_NONE);
    ck_assert_uint_eq(address_map_take(&map, 16), 5);
    ck_assert_uint_eq(address_map_take(&map, 16), ADDRESS_MAP_NONE);
    address_map_free(&map);
}
END_TEST

Suite *address_map_suite(void)
{
    Suite *suite = suite_create("address_map");
    TCase *cases = tcase_create("cases");
    tcase_add_test(cases, the_map_finds_what_an_array_finds);
    tcase_add_test(cases, an_empty_map_has_nothing);
    suite_add_tcase(suite, cases);
    return suite;
}
