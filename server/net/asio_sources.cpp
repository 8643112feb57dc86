// Asio's own code, compiled once for all folders of the server.
#include <boost/asio/impl/src.hpp>
