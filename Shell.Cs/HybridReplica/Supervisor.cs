using System.Net.Sockets;
using System.Text;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// Tells the supervisor, such as systemd, what it wants to know (<c>sd_notify(3)</c>), if there is one.
/// </summary>
static class Supervisor
{
    const string Variable = "NOTIFY_SOCKET";

    /// <summary>Sends the notification to the socket named by the environment.</summary>
    /// <returns>Why it could not be sent; null if it was, or if nobody wants to know.</returns>
    public static NetworkTrouble? Tell(Notification notification)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } name)
            return null;

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(Line(notification)), new UnixDomainSocketEndPoint(PathOf(name)));
            return null;
        }
        catch (SocketException exception)
        {
            return NetworkTroubles.Of(exception);
        }
        catch (ArgumentOutOfRangeException)
        {
            // No socket has a name that long.
            return NetworkTrouble.NoSuchSocket;
        }
    }

    static string Line(Notification notification) =>
        notification switch
        {
            Notification.Status status => "STATUS=" + status.text,
            { IsWatchdog: true } => "WATCHDOG=1",
            _ => "READY=1",
        };

    // A name that begins with @ is in the abstract namespace of Linux, where it begins with a zero.
    static string PathOf(string name) => name[0] == '@' ? "\0" + name[1..] : name;
}
