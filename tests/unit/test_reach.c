/* Reaching hosts step by step: what refuses, what does not answer, what speaks no TLS, and which
 * address was tried. Only loopback is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/reach.h"
#include "pintop/stream.h"
#include "silent_port.h"

enum { FIRST_PORT = 9098 };

static int fd = -1, port;

static int listen_here(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    (void)state;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    port = ntohs(at.sin_port);
    return 0;
}

static int close_here(void **state)
{
    (void)state;
    close(fd);
    return 0;
}

static struct reach reach_one(const char *host, int at, bool is_tls, int64_t limit_ms)
{
    struct reach reach = {.host = host, .port = at, .is_tls = is_tls};
    reach_hosts(&reach, 1, NULL, limit_ms);
    return reach;
}

static void a_listener_is_reached(void **state)
{
    (void)state;
    struct reach reach = reach_one("127.0.0.1", port, false, 5000);
    assert_int_equal(reach.code, PT_OK);
    assert_int_equal(reach.step, REACH_DONE);
    assert_true(reach.tcp_ms >= 0 && reach.tls_ms == PT_UNKNOWN);
    assert_string_equal(reach.address, "127.0.0.1");
}

static void a_refusal_names_the_port(void **state)
{
    (void)state;
    struct reach reach = reach_one("127.0.0.1", 1, true, 5000);
    assert_int_equal(reach.code, PT_EUNREACHABLE);
    assert_int_equal(reach.step, REACH_TCP);
    assert_non_null(strstr(reach.why, "127.0.0.1 port 1 was refused"));
    assert_true(reach.is_refused);
    assert_string_equal(reach.address, "127.0.0.1");
}

/* No answer comes. The address is known all the same: whether it is a private one decides what is
 * advised. */
static void silence_is_no_refusal(void **state)
{
    (void)state;
    struct silent_port silent;
    silent_port_open(&silent, FIRST_PORT);
    struct reach reach = reach_one("127.0.0.1", silent.port, false, 400);
    silent_port_close(&silent);
    assert_int_equal(reach.code, PT_ETIMEOUT);
    assert_int_equal(reach.step, REACH_TCP);
    assert_false(reach.is_refused);
    assert_non_null(strstr(reach.why, "timed out"));
    assert_string_equal(reach.address, "127.0.0.1");
}

static void a_name_that_is_none_is_told(void **state)
{
    (void)state;
    struct reach reach = reach_one("no.such.host.invalid", 9098, true, 5000);
    assert_int_equal(reach.step, REACH_NAME);
    assert_true(reach.code == PT_EUNREACHABLE || reach.code == PT_ETIMEOUT);
    assert_non_null(strstr(reach.why, "no.such.host.invalid"));
    assert_string_equal(reach.address, "");
}

static void a_port_without_tls_is_told(void **state)
{
    (void)state;
    struct reach reach = reach_one("127.0.0.1", port, true, 400); /* it accepts, and says nothing */
    assert_int_equal(reach.step, REACH_TLS);
    assert_int_equal(reach.code, PT_ETIMEOUT);
    assert_non_null(strstr(reach.why, "accepts TCP, but no TLS handshake"));
}

static void one_that_fails_costs_the_others_nothing(void **state)
{
    (void)state;
    struct reach hosts[] = {
        {.host = "127.0.0.1", .port = 1   },
        {.host = "127.0.0.1", .port = port},
        {.host = "::1",       .port = 1   }
    };
    reach_hosts(hosts, 3, NULL, 5000);
    assert_int_equal(hosts[0].code, PT_EUNREACHABLE);
    assert_int_equal(hosts[1].code, PT_OK);
    assert_int_not_equal(hosts[2].code, PT_OK);
}

static void private_addresses_are_known(void **state)
{
    (void)state;
    static const char *const own[] = {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                                      "fd00::1"};
    static const char *const others[] = {"9.255.255.255", "172.15.0.1", "172.32.0.1", "192.169.0.1",
                                         "2001:db8::1",   "",           "b-1"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        assert_true(reach_is_private(own[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(reach_is_private(others[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, listen_here, close_here)

static void servers_are_read_as_kafka_writes_them(void **state)
{
    struct reach_server servers[4];
    (void)state;
    assert_int_equal(reach_servers("SSL://a.x:9098, b:9092,[2001:db8::1]:9094,c:1", servers, 4), 4);
    assert_string_equal(servers[0].host, "a.x");
    assert_int_equal(servers[0].port, 9098);
    assert_string_equal(servers[1].host, "b");
    assert_string_equal(servers[2].host, "2001:db8::1");
    assert_int_equal(servers[2].port, 9094);
    assert_int_equal(reach_servers("a,:1,b:0,c:65536,,d:2", servers, 4), 1);
    assert_string_equal(servers[0].host, "d");
    assert_int_equal(reach_servers("a:1,b:2", servers, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_listener_is_reached),       TEST(a_refusal_names_the_port),
        TEST(silence_is_no_refusal),       TEST(a_name_that_is_none_is_told),
        TEST(a_port_without_tls_is_told),  TEST(one_that_fails_costs_the_others_nothing),
        TEST(private_addresses_are_known), TEST(servers_are_read_as_kafka_writes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
