// Tests with real engines and processes may wait for one to come back.
import.meta.jest.setTimeout(180_000);
