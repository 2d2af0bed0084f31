from dashboard.principal_components.label import LONGEST_ON_AXIS, Label


def test_a_component_without_a_name_has_its_number():
    label = Label(3)
    assert (label.short, label.span, label.column, label.ends) == ("component 3", "component 3", "PC 3", "")


def test_names_stand_at_their_ends():
    label = Label(3, low="quiet", high="loud")
    assert label.span == "quiet ← component 3 → loud"
    assert label.column == "PC 3 (quiet – loud)"
    assert Label(3, high="loud").span == "component 3 → loud"
    assert Label(3, high="loud").ends == "not named – loud"


def test_what_is_unproven_is_said_with_the_number():
    assert Label(14, unproven=True).short == "component 14 (unproven)"
    assert Label(14, low="quiet", unproven=True).span == "quiet ← component 14 (unproven)"


def test_an_axis_has_room_for_both_names():
    label = Label(1, low="a" * 40, high="b" * 40)
    assert f"{'a' * (LONGEST_ON_AXIS - 1)}… ←" in label.span
    assert "a" * 40 in label.column
