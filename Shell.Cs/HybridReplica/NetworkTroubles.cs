using System.Net.Sockets;
using System.Security.Authentication;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Gives the exceptions of sockets and TLS the names that the model knows.</summary>
static class NetworkTroubles
{
    /// <summary>Whether the exception is news from the network. Anything else is a bug, and must fly.</summary>
    public static bool IsOne(Exception exception) =>
        exception is SocketException or IOException or AuthenticationException;

    /// <summary>What happened, once there was a connection or while one was made.</summary>
    public static NetworkTrouble Of(Exception exception) =>
        exception switch
        {
            SocketException socket => Of(socket),
            { InnerException: SocketException socket } => Of(socket),
            // The connection ended in the midst of a record.
            IOException { InnerException: null } => NetworkTrouble.Closed,
            // A master that speaks TLS 1.3 refuses a client certificate only after the client believes the
            // handshake done.
            _ => NetworkTrouble.NewTls(TlsTrouble.Rejected),
        };

    /// <summary>What happened while TLS was set up, given what our own verification objected to.</summary>
    public static NetworkTrouble OfTls(Exception exception, TlsTrouble? objection) =>
        exception switch
        {
            { InnerException: SocketException socket } => Of(socket),
            AuthenticationException when objection is not null => NetworkTrouble.NewTls(objection),
            // With an inner exception it is an alert that OpenSSL or the system received; without one, no TLS at all.
            AuthenticationException { InnerException: null } => NetworkTrouble.NewTls(TlsTrouble.NotTls),
            _ => NetworkTrouble.NewTls(TlsTrouble.Rejected),
        };

    static NetworkTrouble Of(SocketException exception) =>
        exception.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => NetworkTrouble.Refused,
            SocketError.HostUnreachable
            or SocketError.NetworkUnreachable
            or SocketError.HostDown
            or SocketError.NetworkDown
            or SocketError.AddressFamilyNotSupported => NetworkTrouble.Unreachable,
            SocketError.HostNotFound or SocketError.NoData => NetworkTrouble.NameNotFound,
            SocketError.TryAgain or SocketError.NoRecovery => NetworkTrouble.LookupFailed,
            SocketError.TimedOut => NetworkTrouble.TimedOut,
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
                NetworkTrouble.Reset,
            SocketError.AccessDenied => NetworkTrouble.Denied,
            _ => NetworkTrouble.NewOther(exception.NativeErrorCode),
        };
}
