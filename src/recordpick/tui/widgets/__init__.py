"""The parts that screens are composed of. They know no screen and talk by messages."""
