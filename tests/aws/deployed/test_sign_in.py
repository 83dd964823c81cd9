"""People and the pages, as deployed: with a sign-in service of the operator's own, in a second installation beside the first one."""

import re

import pytest

from bridge import REPOSITORY, http
from bridge.browser import Browser, field
from bridge.issuer import CLIENT, Issuer
from bridge.stack import Stack

PUBLIC_URL = "https://bridge.msp.example"
NEVER = "rate(365 days)"
SESSION = "__Host-console_session"


@pytest.fixture(scope="module")
def issuer():
    issuer = Issuer(PUBLIC_URL)
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def second(emulator, built_template, issuer):
    """An installation of another name, where nothing is configured."""
    stack = Stack(emulator, built_template, "bridge-second")
    stack.deploy(
        AlertPollSchedule=NEVER, AccountPollSchedule=NEVER, PublicUrl=PUBLIC_URL, OidcIssuer=issuer.url, OidcClientId=CLIENT
    )
    yield stack
    stack.delete()


@pytest.fixture
def browser(second):
    return Browser(second, PUBLIC_URL)


@pytest.fixture
def signed_in(browser, issuer):
    sign_in(browser, issuer, "/")
    return browser


def sign_in(browser, issuer, path):
    """Asks for a page and goes the whole way through the sign-in service. Returns where it leads."""
    to_sign_in = browser.get(path).expect(303).headers["location"]
    away = browser.get(to_sign_in).expect(303).headers["location"]
    assert away.startswith(f"{issuer.url}/authorize?"), away
    back = http.call("GET", away).expect(302).headers["location"]
    return browser.get(browser.own_path(back)).expect(303).headers["location"]


def test_a_person_comes_back_from_the_sign_in_service_to_the_page_that_was_asked_for(browser, issuer):
    path = "/mapping?search=Cedar+%26+Co"
    assert sign_in(browser, issuer, path) == path
    assert browser.cookies.keys() == {SESSION}, "what was kept of the sign-in under way is gone"
    page = browser.get(path).expect(200)
    assert issuer.person in page.text
    assert 'name="search" type="search" value="Cedar &#38; Co"' in page.text


def test_a_sign_in_is_not_finished_in_another_browser_than_the_one_that_began_it(browser, second, issuer):
    away = browser.get("/sign-in").expect(303).headers["location"]
    back = browser.own_path(http.call("GET", away).expect(302).headers["location"])
    other = Browser(second, PUBLIC_URL)
    other.get(back).expect(400)
    assert other.cookies == {}
    browser.get(back).expect(303)


def test_every_tab_is_shown_and_allows_nothing_from_elsewhere(signed_in):
    navigation = signed_in.get("/").expect(200).text.split("<nav")[1].split("</nav>")[0]
    tabs = re.findall(r'<a href="([^"]+)"', navigation)
    assert len(tabs) >= 8
    for tab in tabs:
        page = signed_in.get(tab).expect(200)
        assert page.headers["content-type"] == "text/html; charset=utf-8", tab
        assert page.headers["content-security-policy"].startswith("default-src 'none'"), tab
        assert page.headers["cache-control"] == "no-store", tab
        assert page.text.rstrip().endswith("</html>"), tab


def test_styles_scripts_and_icon_arrive_as_they_are_and_may_be_kept(signed_in, second):
    page = signed_in.get("/").expect(200)
    assets = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text)
    assert len(assets) == 4
    # For whoever is not signed in, too: the page after signing out has them.
    nobody = Browser(second, PUBLIC_URL)
    for path in assets:
        answer = nobody.get(path).expect(200)
        name = path.rpartition("/")[2].replace("htmx.js", "htmx-4.0.1.min.js")
        assert answer.text == (REPOSITORY / "functions/console/assets" / name).read_text(), name
        assert answer.headers["cache-control"].endswith("immutable"), name


def test_a_form_leads_to_its_page_which_says_once_what_came_of_it(signed_in):
    page = signed_in.get("/log-in").expect(200)
    fields = {"csrf": field(page, "csrf"), "version": field(page, "version"), "time_zone": "Europe/Berlin"}
    assert signed_in.submit("/log-in/zone", fields).expect(303).headers["location"] == "/log-in"
    said = "Days begin and end in Europe/Berlin from now on."
    assert said in signed_in.get("/log-in").text
    assert said not in signed_in.get("/log-in").text


def test_a_form_of_another_page_or_without_the_session_s_token_changes_nothing(signed_in):
    page = signed_in.get("/log-in").expect(200)
    fields = {"version": field(page, "version"), "time_zone": "Asia/Tokyo"}
    signed_in.submit("/log-in/zone", fields).expect(403)
    fields["csrf"] = field(page, "csrf")
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    signed_in.submit("/log-in/zone", fields, **foreign).expect(403)
    assert "Asia/Tokyo" not in signed_in.get("/log-in").text


def test_who_has_signed_out_is_out_here_and_is_led_to_the_sign_in_service(signed_in, issuer):
    session = signed_in.cookies[SESSION]
    token = field(signed_in.get("/"), "csrf")
    left = signed_in.submit("/sign-out", {"csrf": token}).expect(200)
    assert left.headers["refresh"].startswith(f"0; url={issuer.url}/logout?")
    assert signed_in.cookies == {}
    signed_in.cookies = {SESSION: session}
    assert signed_in.get("/mapping").expect(303).headers["location"].startswith("/sign-in")


def test_two_installations_know_nothing_of_each_other(second, stack):
    second.console("GET", "/api/v1/settings").expect(200)
    second.console("GET", "/api/v1/settings", token=stack.secret("console-token")).expect(401)
