package dev.javelin.collector.daemon;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlacesTest {
    @Test
    void shouldLeaveSomeToOthers() {
        Places places = new Places("recordings", 3, 2);
        Places.Place first = places.take(1000, true);
        places.take(1000, true);
        assertThatThrownBy(() -> places.take(1000, true)).hasMessageContaining("2 recordings of this user");
        places.take(1001, true);
        assertThatThrownBy(() -> places.take(1002, true)).hasMessageContaining("3 recordings already");
        assertThatThrownBy(() -> places.take(0, false)).hasMessageContaining("3 recordings already");
        first.close();
        places.take(0, false).close();
        places.take(1000, true);
    }

    @Test
    void shouldLimitNobodyElse() {
        Places places = new Places("recordings", 3, 1);
        places.take(0, false);
        places.take(0, false);
        places.take(0, false).close();
    }
}
