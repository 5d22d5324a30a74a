using System.Globalization;
using System.Net.Sockets;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Where a master is, and what its URI says of who we are.</summary>
/// <param name="Host">The host name or address; empty for a unix socket.</param>
/// <param name="Port">The port; 0 for a unix socket.</param>
/// <param name="SocketPath">The path of the unix socket, if it is one.</param>
/// <param name="IsTls">Whether TLS is spoken.</param>
/// <param name="User">The user, if there is one.</param>
/// <param name="Password">The password, if there is one.</param>
sealed record MasterAddress(string Host, int Port, string? SocketPath, bool IsTls, string? User, Secret? Password)
{
    const int RedisPort = 6379;

    /// <summary>Reads a URI. No message of this method shows it, because there may be a password in it.</summary>
    /// <exception cref="ArgumentException">The URI names no master.</exception>
    public static MasterAddress Read(Uri uri)
    {
        if (!uri.IsAbsoluteUri || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new ArgumentException("The master's URI must be absolute, and have neither a query nor a fragment.");

        return uri.Scheme switch
        {
            "redis" => OverTcp(uri, isTls: false),
            "rediss" => OverTcp(uri, isTls: true),
            "unix" => OverUnixSocket(uri),
            _ => throw new ArgumentException("The master's URI must begin with redis://, rediss:// or unix://."),
        };
    }

    static MasterAddress OverTcp(Uri uri, bool isTls)
    {
        if (uri.Host.Length == 0)
            throw new ArgumentException("The master's URI names no host.");
        if (uri.AbsolutePath is not ("" or "/" or "/0"))
            throw new ArgumentException("The master's URI names a database, but a replica is given all of them.");

        var (user, password) = Credentials(uri);
        return new(uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? RedisPort : uri.Port, null, isTls, user, password);
    }

    static MasterAddress OverUnixSocket(Uri uri)
    {
        if (uri.Host.Length > 0 || uri.AbsolutePath.Length < 2)
            throw new ArgumentException("A unix socket is written unix:///path/to/socket.");

        var path = Uri.UnescapeDataString(uri.AbsolutePath);
        try
        {
            _ = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ArgumentException("The path of the unix socket is longer than the operating system allows.");
        }

        // A URI without a host has no room for a user either.
        return new("", 0, path, false, null, null);
    }

    static (string? User, Secret? Password) Credentials(Uri uri)
    {
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? uri.UserInfo : uri.UserInfo[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]);
        return (user.Length == 0 ? null : user, password.Length == 0 ? null : Secret.OfText(password));
    }

    /// <summary>The address without user and password.</summary>
    public override string ToString() =>
        SocketPath is { } path ? path : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
