// Beast's and Asio's TLS code, compiled once; Asio's own is in server/net.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
