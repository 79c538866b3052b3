/* Addresses as people type them: the message says what is wrong with an address, without its
 * secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/endpoint.h"
#include "base/url.h"
#include "config/options.h"
#include "net/http.h"
#include "pintop/config.h"

static void is_so(const char *fault, const char *text, const char *said)
{
    const char *is = fault != NULL ? fault : "good";
    if (strstr(is, said) == NULL)
        fail_msg("%s: %s, not %s", text, is, said);
}

static void urls(void **state)
{
    static const struct {
        const char *url, *said;
    } cases[] = {
        {"http://h",                      "good"                                   },
        {"HTTPS://h:8083/a/b?c#d",        "good"                                   },
        {"http://[::1]:8083/",            "good"                                   },
        {"http://[fd00:ec2::254]",        "good"                                   },
        {"http://1.2.3.4:1",              "good"                                   },
        {"http://host_of-docker.x:65535", "good"                                   },
        {"http://h/a@b:c",                "good"                                   },
        {"foo",                           "does not begin with http:// or https://"},
        {"",                              "does not begin with http:// or https://"},
        {"127.0.0.1:8083",                "does not begin with http:// or https://"},
        {"ftp://h",                       "does not begin with http:// or https://"},
        {"http:/h",                       "does not begin with http:// or https://"},
        {" http://h",                     "does not begin with http:// or https://"},
        {"http://",                       "has no host name"                       },
        {"http:///x",                     "has no host name"                       },
        {"http://:80",                    "has no host name"                       },
        {"http://[]:80",                  "has no host name"                       },
        {"http://h:",                     "ends in a colon without a port"         },
        {"http://h:0",                    "between 1 and 65535"                    },
        {"http://h:65536",                "between 1 and 65535"                    },
        {"http://h:99999999999999999999", "between 1 and 65535"                    },
        {"http://h:80a",                  "is not a number"                        },
        {"http://h:-1",                   "is not a number"                        },
        {"http://h:$PORT/",               "is not a number"                        },
        {"http://[::1]x",                 "something other than a port after its ]"},
        {"http://::1:80",                 "has no host name"                       },
        {"http://fe80::1:80",             "more than one colon"                    },
        {"http://a b",                    "a blank"                                },
        {"http://h/a b",                  "a blank"                                },
        {"http://h\n",                    "a blank"                                },
        {"http://<host>:1",               "characters that a host name cannot have"},
        {"http://a,http://b",             "characters that a host name cannot have"},
        {"http://u:p@h",                  "a user name"                            },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_so(url_fault(cases[i].url, false), cases[i].url, cases[i].said);
    is_so(url_fault("http://u:p@h:1/x", true), "with a user", "good");
    is_so(url_fault("http://u:p@q@h:1/x", true), "with an odd password", "good");
    is_so(url_fault("http://u:p@h:0", true), "with a user", "between 1 and 65535");
    is_so(url_fault("http://u:p@", true), "with a user alone", "has no host name");
}

static void proxies(void **state)
{
    (void)state;
    is_so(url_proxy_fault("h:3128"), "h:3128", "good");
    is_so(url_proxy_fault("h"), "h", "good");
    is_so(url_proxy_fault("http://u:p@h:3128/"), "user", "good");
    is_so(url_proxy_fault("u:p@h:3128"), "user", "good");
    is_so(url_proxy_fault("socks5h://h:1080"), "socks5h", "good");
    is_so(url_proxy_fault("ftp://h:1"), "ftp", "is not a proxy's");
    is_so(url_proxy_fault("h:99999"), "port", "between 1 and 65535");
    is_so(url_proxy_fault("http://"), "http://", "has no host name");
    is_so(url_proxy_fault("foo bar"), "foo bar", "a blank");
}

/* A wrong proxy address is not reported as a fault of the server, and no request is sent. */
static void a_wrong_proxy_is_named(void **state)
{
    static const char *const wrong[] = {"127.0.0.1:99999", "foo bar", "ftp://127.0.0.1:9",
                                        "http://u:hunter2@127.0.0.1:99999"};
    (void)state;
    struct http *http = http_new(NULL);
    assert_non_null(http);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct http_answer answer;
        struct pt_error err;
        const struct http_request req = {.method = "GET", .url = "https://example.invalid/"};
        setenv("https_proxy", wrong[i], 1);
        assert_int_equal(http_call(http, &req, &answer, &err), PT_ECONFIG);
        http_answer_done(&answer);
        assert_non_null(strstr(err.what, "the proxy in https_proxy cannot be used: it "));
        assert_non_null(strstr(err.fix, "Set https_proxy to the proxy's http://HOST:PORT"));
        assert_null(strstr(err.what, "hunter2"));
    }
    unsetenv("https_proxy");
    http_free(http);
}

static const char *variable, *value_of_it;
static const char *one_variable(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, variable) == 0 ? value_of_it : NULL;
}

/* The message names the variable, option or setting that holds the endpoint. */
static void endpoints_say_whose_they_are(void **state)
{
    static const struct {
        const char *variable, *own, *who, *said;
    } cases[] = {
        {"AWS_ENDPOINT_URL",     "foo",                NULL,                         "AWS_ENDPOINT_URL: it does not begin with http://"},
        {"AWS_ENDPOINT_URL_STS", "http://h:99999",     NULL,                         "AWS_ENDPOINT_URL_STS: it has a port"             },
        {"",                     "http://u:hunter2@h", NULL,                         "--endpoint-url: it contains a user name"         },
        {"",                     "localhost:9000",     "store.url of the connector",
         "store.url of the connector: it does not beg"                                                                                 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct aws_world world = {.get_env = one_variable};
        const struct http_transport net = {0};
        const struct aws_options options = {.region = "us-east-1",
                                            .endpoint_url =
                                                cases[i].variable[0] ? NULL : cases[i].own,
                                            .endpoint_who = cases[i].who};
        const struct aws_call call = {.service = &aws_sts, .operation = "GetCallerIdentity"};
        struct aws_client client;
        struct aws_target target;
        struct pt_error err;
        variable = cases[i].variable;
        value_of_it = cases[i].own;
        aws_client_init(&client, &world, &net, &options);
        assert_int_equal(aws_target_find(&client, &call, &target, &err), PT_ECONFIG);
        if (strstr(err.what, cases[i].said) == NULL)
            fail_msg("%s: %s", cases[i].own, err.what);
        assert_string_equal(err.fix, "Write http://HOST:PORT or https://HOST:PORT instead");
        assert_null(strstr(err.what, "hunter2"));
        aws_client_done(&client);
    }
}

/* A property that is a URL or a list of servers is checked when it is read, and the message is
 * complete. */
static void properties_that_are_urls(void **state)
{
    static const struct {
        const char *setting, *said;
    } cases[] = {
        {"pintop.connector.url=foo",                   "-X: pintop.connector.url=foo: it does not begin with"},
        {"pintop.connector.url=http://u:hunter2@h:0",
         "-X: pintop.connector.url=http://u:***@h:0: it has a port"                                          },
        {"pintop.connector.url=u:hunter2@h:8083",      "it does not begin with"                              },
        {"pintop.aws.endpoint.url=http://u:hunter2@h", "it contains a user name"                             },
        {"bootstrap.servers=u:hunter2@h:1",
         "bootstrap.servers: this is not a list of servers: number 1 "
         "contains a user name"                                                                              },
        {"bootstrap.servers=a:1,http://b:1",
         "number 2 begins with a scheme that Kafka does not use"                                             },
        {"bootstrap.servers=a:1,,b:1",                 "number 2 is empty"                                   },
        {"bootstrap.servers=a:1,b:99999",              "number 2 has a port that is not between 1 and 65535" },
        {"bootstrap.servers=a:1 b:2",                  "number 1 contains a blank"                           },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pt_config_args args = {.settings = &cases[i].setting, .n_settings = 1};
        struct pt_config *cfg;
        struct pt_error err;
        assert_int_equal(pt_config_load(&args, &cfg, &err), PT_ECONFIG);
        if (strstr(err.what, cases[i].said) == NULL)
            fail_msg("%s: %s", cases[i].setting, err.what);
        assert_null(strstr(err.what, "hunter2"));
        assert_true(strstr(err.fix, "HOST:PORT") != NULL);
        assert_null(strstr(err.fix, "***"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls),
        cmocka_unit_test(proxies),
        cmocka_unit_test(a_wrong_proxy_is_named),
        cmocka_unit_test(endpoints_say_whose_they_are),
        cmocka_unit_test(properties_that_are_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
