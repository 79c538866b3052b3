/* Secrets that are planted in texts from outside, by name and by shape; and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/secret.h"
#include "base/shown.h"

/* Each has the mark S3CR3T where the secret is, and words that must stay. */
static const struct {
    const char *text, *stays;
} planted[] = {
    {"jdbc:postgresql://db:S3CR3Tpw@host:5432/x?a=b",                                         "host:5432/x?a=b"      },
    {"http://u:S3CR3T@proxy:3128",                                                            "proxy:3128"           },
    {"password=S3CR3T",                                                                       "password="            },
    {"connection.password = S3CR3T rest",                                                     "rest"                 },
    {"database.password:S3CR3T,x",                                                            ",x"                   },
    {"connection.pass=S3CR3T;y=1",                                                            ";y=1"                 },
    {"user=bob pwd=S3CR3T host=h",                                                            "host=h"               },
    {"api.key=S3CR3T",                                                                        "api.key"              },
    {"apikey=S3CR3T&z=1",                                                                     "&z=1"                 },
    {"X-Api-Key: \"S3CR3T\"",                                                                 "X-Api-Key"            },
    {"account.key=S3CR3T==",                                                                  "account.key"          },
    {"AccountKey=S3CR3TabcDEF==;EndpointSuffix=core",                                         "EndpointSuffix=core"  },
    {"SharedAccessSignature sig=S3CR3T%2B&se=1",                                              "&se=1"                },
    {"{\"password\":\"S3CR3T\",\"user\":\"bob\"}",                                            "\"user\":\"bob\""     },
    {"{\"password\": \"S3CR3T with blanks\", \"a\": 1}",                                      "\"a\": 1"             },
    {"{\\\"client.secret\\\":\\\"S3CR3T\\\",\\\"x\\\":1}",                                    "\\\"x\\\":1"          },
    {"{'token': 'S3CR3T'}",                                                                   "'}"                   },
    {"Authorization: Bearer S3CR3TS3CR3T",                                                    "Authorization"        },
    {"header.Authorization=Basic S3CR3TS3CR3T=",                                              "header"               },
    {"got Bearer S3CR3Tabcdef.ghi-jkl from",                                                  "from"                 },
    {"Basic S3CR3TS3CR3T==",                                                                  "Basic"                },
    {"aws.secret.access.key=S3CR3T/abc+d",                                                    "aws.secret.access.key"},
    {"aws_secret_access_key = S3CR3T",                                                        "aws_secret"           },
    {"secretKey=S3CR3T",                                                                      "secretKey"            },
    {"sasl.jaas.config=org.X required username=\"u\" password=\"S3CR3T\";\nnext",             "next"                 },
    {"sasl.jaas.config: 'org.X required password=S3CR3T;'",                                   "sasl.jaas.config"     },
    {"basic.auth.user.info=me:S3CR3T",                                                        "basic.auth"           },
    {"ssl.keystore.key=S3CR3T",                                                               "ssl.keystore.key"     },
    {"-----BEGIN RSA PRIVATE KEY-----\nS3CR3T\nS3CR3T\n-----END RSA PRIVATE KEY-----\nafter",
     "after"                                                                                                         },
    {"-----BEGIN PRIVATE KEY-----\\nS3CR3T",                                                  "BEGIN PRIVATE KEY"    },
    {"-----BEGIN OPENSSH PRIVATE KEY-----S3CR3T-----END OPENSSH PRIVATE KEY----- x",          " x"                   },
    {"https://hooks.slack.com/services/T0/B0/S3CR3T failed",                                  "failed"               },
    {"https://discord.com/api/webhooks/1/S3CR3T.",                                            "discord.com"          },
    {"https://x.webhook.office.com/webhookb2/S3CR3T/y",                                       "office.com"           },
    {"?X-Amz-Signature=S3CR3T&X-Amz-Date=1",                                                  "X-Amz-Date=1"         },
    {"?X-Amz-Security-Token=S3CR3T&b=2",                                                      "&b=2"                 },
    {"access_token=S3CR3T",                                                                   "access_token"         },
    {"passphrase=S3CR3T",                                                                     "passphrase"           },
    {"gcs.credentials.json={\"private_key\":\"S3CR3T\"}",                                     "gcs.credentials.json" },
    {"Caused by: X: login failed (password=S3CR3T)",                                          "login failed"         },
    {"mongodb+srv://a:S3CR3T@c0.example.net/db",                                              "c0.example.net"       },
    {"password=\"S3CR3T with blanks\" next=1",                                                "next=1"               },
    {"{\\\"sasl.jaas.config\\\":\\\"X required password=\\\\\\\"S3CR3T\\\\\\\";\\\"} end",    "end"                  },
    {"Invalid value S3CR3T for configuration my.api.key: too short",                          "my.api.key"           },
    {"---------------------------------------------------------------------------------------------"
     "-------password=S3CR3T",                                                           "password"             },
    {"X-Vault-Token: S3CR3T",                                                                 "X-Vault-Token"        },
    {"user: bob\npassword: S3CR3T\nport: 1",                                                  "port"                 },
    {"PASSWORD=S3CR3T",                                                                       "PASSWORD"             },
    {"{\"name\": \"db.password\", \"value\": \"S3CR3T\", \"n\": 1}",                          "\"n\": 1"             },
    {"[{\"Key\":\"API_TOKEN\",\"Value\":\"S3CR3T\"},{\"Key\":\"n\",\"Value\":\"two\"}]",      "two"                  },
    {"ConfigEntry(name=sasl.password, value=S3CR3T, isDefault=false)",                        "isDefault=false"      },
    {"<input type=\"hidden\" name=\"csrf_token\" value=\"S3CR3T\">",                          "hidden"               },
    {"<SecretAccessKey>S3CR3T</SecretAccessKey><Code>x</Code>",                               "<Code>x</Code>"       },
    {"<ns2:password>S3CR3T</ns2:password>",                                                   "</ns2:password>"      },
    {"tool --password S3CR3T --host h",                                                       "--host h"             },
    {"tool --db-password='S3CR3T x' --host h",                                                "--host h"             },
    {"-Djavax.net.ssl.keyStorePassword=S3CR3T -Xmx1g",                                        "-Xmx1g"               },
    {"Map(password -> S3CR3T, user -> bob)",                                                  "user -> bob"          },
    {"Map(password->S3CR3T, user->bob)",                                                      "user->bob"            },
    {"{:password=>\"S3CR3T\", :user=>\"bob\"}",                                               "bob"                  },
    {"back=https%3A%2F%2Fh%2F%3Fa%3D1%26pwd%3DS3CR3T%26b%3D2",                                "%26b%3D2"             },
    {"https://h/?a=1\\u0026sig=S3CR3T\\u0026b=2",                                             "b=2"                  },
    {"1 error(s):\\nInvalid value S3CR3T for configuration db.password: no",                  "db.password: no"      },
    {"a\\tpwd=S3CR3T",                                                                        "pwd="                 },
    {"jdbc:oracle:thin:scott/S3CR3T@//h:1521/x",                                              "@//h:1521/x"          },
    {"jdbc:sqlserver://h:1433;User Id=sa;Password=S3CR3T;encrypt=true",                       "encrypt=true"         },
    {"postgres://u:S3CR3T/S3CR3T@h:1/x",                                                      "@h:1/x"               },
    {"postgres://u:a#S3CR3T?S3CR3T@h/x",                                                      "@h/x"                 },
    {"sends on to https://user:S3CR3T",                                                       "https://user:"        },
    {"sends on to https://user:S3CR3T…",                                                    "https://user:"        },
    {"https://0123456789S3CR3Tabcdef@h/x",                                                    "@h/x"                 },
    {"https://h/ghp_S3CR3T0123456789abcdef",                                                  "ghp_"                 },
    {"xoxb-S3CR3T-0123456789",                                                                "xoxb-"                },
    {"github_pat_S3CR3T0123456789 is refused",                                                "is refused"           },
    {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.S3CR3T_-x end",                                "end"                  },
    {"AKIAIOSFODNN7EXAMPLE:S3CR3TxUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKY",                         "AKIA***MPLE:"         },
    {"AKIAIOSFODNN7EXAMPLE, secret S3CR3TxUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKY end",             "end"                  },
    {"Set-Cookie: a=1; session=S3CR3T; Path=/\nnext",                                         "next"                 },
    {"dbPwd=S3CR3T",                                                                          "dbPwd"                },
    {"userPass=S3CR3T",                                                                       "userPass"             },
    {"password: S3CR3T!",                                                                     "password"             },
    {"password=***S3CR3T",                                                                    "password"             },
    {"api.telegram.org/botS3CR3T/send",                                                       "api.telegram.org"     },
    {"cut:\nS3CR3TaGVsbG8\nS3CR3T==\n-----END RSA PRIVATE KEY-----\nafter",                   "after"                },
    {"s3.sse.customer.key=S3CR3T",                                                            "s3.sse"               },
};

static const char *const harmless[] = {
    ("is not authorized to perform: secretsmanager:GetSecretValue on resource: "
     "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbC"),
    "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized: [orders]",
    "S3 ListObjectsV2: AuthorizationHeaderMalformed: expecting 'eu-west-1'",
    "/etc/kafka_jaas.conf: No such file",
    "Invalid value x for configuration tasks.max: not a number",
    "key.converter=org.apache.kafka.connect.storage.StringConverter",
    "the IAM token: it has run out",
    "password: wrong for user bob",
    "s3.credentials.provider.class=com.amazonaws.auth.DefaultAWSCredentialsProviderChain",
    "ssl.key.location=/etc/key.pem",
    "compass=north bypass=yes",
    "Basic auth is refused",
    "a bearer of news",
    "arn:aws:iam::123456789012:role/0a1b-ec2-access-role",
    "topics/demo.pin/partition=0/demo.pin+0+0000000041.json",
    "errors.tolerance=all",
    "pintop token makes one",
    "http://127.0.0.1:8083/connectors/x@y",
    "-----BEGIN CERTIFICATE-----\\nabc",
    "token.expiry.hours=5",
    "password.reset.days=30, passwordMaxLength=80",
    "max.tokens=3",
    "topic.keys=a,b primary.key.fields=id",
    "aws_access_key_id = theirs",
    "<AccessKeyId>theirs</AccessKeyId>",
    "Basic authentication is refused",
    "Bearer authentication failed",
    "password: Missing.",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "http://[::1]:8083/x http://h:8083 tcp://h:99999",
    "http://h:8083...",
    "{\"name\": \"flush.size\", \"value\": \"S3CR3T\"}",
    "name=value value=x",
    "--help --token-file /x",
    "eyJ is no beginning of one, eyJhbGciOiJ.x neither",
    "<b>token</b>",
    "ASIA is a continent",
};

static void no_secret_is_shown(void **state)
{
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        char out[600], lines[600], again[600];
        shown_str(out, sizeof out, planted[i].text);
        shown_lines(lines, sizeof lines, planted[i].text);
        snprintf(again, sizeof again, "%s", out);
        show_in_place(again, sizeof again);
        bool is_good = strstr(out, "S3CR3T") == NULL && strstr(lines, "S3CR3T") == NULL &&
                       strstr(out, "***") != NULL && strstr(lines, planted[i].stays) != NULL &&
                       strcmp(again, out) == 0;
        if (!is_good) {
            print_error("%s\n  -> %s\n  -> %s\n", planted[i].text, out, again);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

static void what_is_no_secret_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        char out[600];
        shown_str(out, sizeof out, harmless[i]);
        assert_string_equal(out, harmless[i]);
    }
}

static void a_key_keeps_its_ends(void **state)
{
    char out[100];
    (void)state;
    shown_str(out, sizeof out, "key AKIAIOSFODNN7EXAMPLE is refused");
    assert_string_equal(out, "key AKIA***MPLE is refused");
}

static void names_of_settings(void **state)
{
    static const char *const secret[] = {"connection.pass", "api.key",       "x.pwd",
                                         "account.key",     "Authorization", "slack.webhook.url"};
    static const char *const open[] = {"aws.access.key.id", "key.converter", "topics",
                                       "compass",           "tasks.max",     "flush.size"};
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        assert_true(secret_is_name(secret[i]));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        assert_false(secret_is_name(open[i]));
    char out[20];
    shown_value(out, sizeof out, "connection.pass", "abc");
    assert_string_equal(out, "***");
    shown_value(out, sizeof out, "connection.pass", "");
    assert_string_equal(out, "");
}

static void small_room_is_enough(void **state)
{
    char out[12];
    (void)state;
    shown_str(out, sizeof out, "password=S3CR3Txyz");
    assert_null(strstr(out, "S3"));
    char text[10] = "pwd=x";
    mask_secrets(text, sizeof text);
    assert_string_equal(text, "pwd=***");
    char tight[6] = "pwd=x";
    mask_secrets(tight, sizeof tight);
    assert_null(strchr(tight, 'x'));
    shown_str(out, sizeof out, NULL);
    assert_string_equal(out, "");
}

/* What repeats without an end is read once: the square of these lengths would hold the tests up. */
static void long_texts_take_their_length(void **state)
{
    static const char *const pieces[] = {
        "Invalid value ", "-----BEGIN ",    "\\",          " ",          "://a:b/",
        "name=\"",        "=eyJ",           "password=x ", "password: ", "--token ",
        "pwd=\\\"",       "http://u:p@h/ ", "AKIA",        "token",
    };
    enum { LENGTH = 1024 * 1024 };
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t n = strlen(pieces[i]);
        char *text = malloc(LENGTH + 1);
        assert_non_null(text);
        for (size_t at = 0; at < LENGTH; at++)
            text[at] = pieces[i][at % n];
        text[LENGTH] = '\0';
        char *copy = mask_copy(text);
        assert_non_null(copy);
        free(copy);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_secret_is_shown),   cmocka_unit_test(what_is_no_secret_stays),
        cmocka_unit_test(a_key_keeps_its_ends), cmocka_unit_test(names_of_settings),
        cmocka_unit_test(small_room_is_enough), cmocka_unit_test(long_texts_take_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
