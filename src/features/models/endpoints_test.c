/* Which addresses a registered endpoint may lead to: every range that is not of the public internet is refused. */
#include "features/models/endpoints.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool is_public(const char *address)
{
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1) return address_is_public((const struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&six);
}

static void test_no_inner_address_is_public(void **state)
{
    static const char *const inner[] = { "0.0.0.0",
                                         "0.255.255.255",
                                         "10.0.0.1",
                                         "10.255.255.255",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.254",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.0.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.7",
                                         "203.0.113.9",
                                         "224.0.0.1",
                                         "239.255.255.255",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:10.0.0.1",
                                         "::ffff:169.254.169.254",
                                         "::127.0.0.1",
                                         "64:ff9b::7f00:1",
                                         "fe80::1",
                                         "fc00::1",
                                         "fd00:ec2::254",
                                         "ff02::1",
                                         "2001:db8::1",
                                         "2001::1",
                                         "2002:7f00:1::",
                                         "3fff::1",
                                         "100::1",
                                         "5f00::1" };
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (is_public(inner[i])) fail_msg("%s is taken for public", inner[i]);
    (void)state;
}

static void test_public_addresses_are(void **state)
{
    static const char *const outer[] = { "1.1.1.1",        "9.255.255.255",       "11.0.0.0",        "100.63.255.255",
                                         "100.128.0.0",    "126.255.255.255",     "128.0.0.1",       "172.15.255.255",
                                         "172.32.0.0",     "192.167.255.255",     "192.169.0.0",     "198.17.255.255",
                                         "198.20.0.0",     "223.255.255.255",     "2606:4700::1111", "2a00:1450::1",
                                         "::ffff:8.8.8.8", "2001:4860:4860::8888" };
    for (size_t i = 0; i < sizeof outer / sizeof *outer; i++)
        if (!is_public(outer[i])) fail_msg("%s is taken for an inner one", outer[i]);
    (void)state;
}

static void test_nothing_else_is_an_address(void **state)
{
    struct sockaddr local = { .sa_family = AF_UNIX };
    assert_false(address_is_public(&local));
    (void)state;
}

static error check(arena *a, const char *hosts, bool is_development, const char *url)
{
    platform app = { .is_development = is_development };
    models_allow_hosts(a, &app, text_of(hosts));
    return endpoint_check(a, &app, text_of(url));
}

static void test_only_https_of_listed_hosts(void **state)
{
    arena *a = arena_new();
    const char *hosts = "models.example.com, Scores.example.org,here:loopback";
    assert_null(check(a, hosts, false, "https://models.example.com/predict"));
    assert_null(check(a, hosts, false, "https://scores.example.org:8443/"));
    assert_null(check(a, hosts, true, "http://here:9000/predict"));
    static const char *const wrong[] = { "http://models.example.com/",
                                         "https://evil.example.com/",
                                         "https://models.example.com.evil.example/",
                                         "https://models.example.com@evil.example/",
                                         "https://u:p@models.example.com/",
                                         "ftp://models.example.com/",
                                         "file:///etc/passwd",
                                         "https://models.example.com/#x",
                                         "https://127.0.0.1/",
                                         "https://[::1]/",
                                         "nonsense",
                                         "http://here:9000/" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!check(a, hosts, false, wrong[i])) fail_msg("%s is allowed", wrong[i]);
    assert_non_null(check(a, "", true, "https://models.example.com/"));
    arena_drop(a);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_inner_address_is_public),
        cmocka_unit_test(test_public_addresses_are),
        cmocka_unit_test(test_nothing_else_is_an_address),
        cmocka_unit_test(test_only_https_of_listed_hosts),
    };
    return cmocka_run_group_tests_name("endpoints", tests, NULL, NULL);
}
