/* A bootstrap server that answers and names addresses that don't work from here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/advertised.h"
#include "kafka/connection.h"

static struct pt_error err;

static void check(const char *answered, const struct pt_broker *brokers, size_t n, const char *says,
                  const char *what)
{
    assert_true(advertised_explain(answered, brokers, n, says, &err));
    if (strcmp(err.what, what) != 0)
        fail_msg("'%s'", err.what);
    assert_non_null(strstr(err.fix, "advertised.listeners"));
    /* The text carries its fix, and who answered is not cut off. */
    assert_string_equal(connection_fix(err.what), err.fix);
    assert_string_equal(connection_why(err.what), err.what);
}

static void names_that_do_not_resolve(void **state)
{
    static const struct pt_broker one[] = {
        {.id = 1, .host = "1cbfdb9e8dc6", .port = 9092}
    };
    (void)state;
    check("10.1.2.3:9092/bootstrap", one, 1,
          "1cbfdb9e8dc6:9092/1: Failed to resolve '1cbfdb9e8dc6:9092': Name or service not known",
          "10.1.2.3:9092 answers, but advertises the cluster at 1cbfdb9e8dc6:9092, which does not "
          "resolve on this host");
}

static void its_own_machine(void **state)
{
    static const struct pt_broker one[] = {
        {.id = 1, .host = "localhost", .port = 9092}
    };
    (void)state;
    check("sasl_ssl://kafka.example:9093/bootstrap", one, 1,
          "localhost:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused",
          "kafka.example:9093 answers, but advertises the cluster at localhost:9092, where the "
          "connection "
          "from this host is refused (an address that every host has for itself)");
}

static void the_one_that_failed_is_named(void **state)
{
    static const struct pt_broker two[] = {
        {.id = 1, .host = "a", .port = 1},
        {.id = 2, .host = "b", .port = 2}
    };
    (void)state;
    check("c:3/bootstrap", two, 2, "b:2/2: Connection setup timed out in state CONNECT",
          "c:3 answers, but advertises the cluster at b:2, which does not answer from this host");
    check("c:3/bootstrap", two, 2, "",
          "c:3 answers, but advertises the cluster at a:1, which is unreachable from this host");
}

static void another_trouble_is_left(void **state)
{
    static const struct pt_broker two[] = {
        {.id = 1, .host = "a", .port = 1},
        {.id = 2, .host = "b", .port = 2}
    };
    (void)state;
    assert_false(advertised_explain("b:2/2", two, 2, "a:1/1: Connection refused", &err));
    assert_false(advertised_explain("c:3/bootstrap", NULL, 0, "", &err));
    assert_false(advertised_explain("", two, 2, "", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_do_not_resolve),
        cmocka_unit_test(its_own_machine),
        cmocka_unit_test(the_one_that_failed_is_named),
        cmocka_unit_test(another_trouble_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
